//! Images: transferred in blocks by an Image transfer object, verified, activated.

mod missing;
mod options;
mod progress;

pub use options::{Activation, ImageOptions};
pub use progress::{ImageProgress, ImageStage, ImageStep};

use cosem_classes::image_transfer::{self, ImageBlockView, ImageTransferInitiateView, ImageTransferStatus};
use cosem_classes::script_table::ScriptTable;
use dlms_core::apdu::ActionResult;
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::{Array, Bits, Octets};
use dlms_core::link::Link;
use dlms_security::CounterStore;
use missing::Missing;
use obis::ObisCode;

use super::{Client, ClientError, ImageRefusal, Misbehaviour, Misuse, Refusal, Timer};

/// Transfers an image to a meter, and has it verified and activated. What the meter has of it already is not sent again:
/// after a connection that was lost, the same call over the next one goes on.
///
/// As long as [`step`](Self::step) says `Request`: carry out the request that [`start`](Self::start) makes, and tell
/// [`finish`](Self::finish) how it ended. Where it says `Wait`, wait.
///
/// The meter says how long blocks are. One that takes shorter messages than that is sent each block in several, as the
/// services offered allow.
#[derive(Debug, Clone)]
pub struct ImageTransfer<'a> {
    object: image_transfer::ImageTransfer,
    identifier: &'a [u8],
    image: &'a [u8],
    options: ImageOptions,
    step: Step,
    wait: Option<u64>,
    /// Milliseconds of waiting in this stage.
    waited: u64,
    /// Times that this request was tried again.
    tries: u8,
    /// Times that all blocks were sent, and some were not there.
    rounds: u8,
    block_size: u32,
    blocks: u32,
    there: u32,
    /// Those that were there when the meter was asked last.
    counted: u32,
    sent: u32,
    missing: Missing,
    /// The meter does not tell which blocks it has, but for the first that it has not.
    has_no_map: bool,
    /// What is there may be of another image.
    is_resumed: bool,
    /// What the method was refused with whose outcome is asked for.
    refusal: Option<ActionResult>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Enabled,
    Enable,
    BlockSize,
    Status,
    /// Which image it is that was verified, or activated, without a block of ours.
    Info(ImageTransferStatus),
    Map,
    FirstMissing,
    Initiate,
    Block,
    Verify,
    Verifying,
    Activate,
    Activating,
    Done(ImageStage),
}

impl<'a> ImageTransfer<'a> {
    /// Transfers `image` to the Image transfer object of this name, usually 0-0:44.0.0.255. The manufacturer says what
    /// its identifier is.
    #[must_use]
    pub fn new(object: ObisCode, identifier: &'a [u8], image: &'a [u8]) -> Self {
        Self {
            object: image_transfer::ImageTransfer::at(object),
            identifier,
            image,
            options: ImageOptions::default(),
            step: Step::Enabled,
            wait: None,
            waited: 0,
            tries: 0,
            rounds: 0,
            block_size: 0,
            blocks: 0,
            there: 0,
            counted: 0,
            sent: 0,
            missing: Missing::default(),
            has_no_map: false,
            is_resumed: false,
            refusal: None,
        }
    }

    /// Transfers it so.
    #[must_use]
    pub const fn with_options(mut self, options: ImageOptions) -> Self {
        self.options = options;
        self
    }

    /// How far it is.
    #[must_use]
    pub const fn progress(&self) -> ImageProgress {
        let stage = match self.step {
            Step::Map | Step::FirstMissing | Step::Block if self.sent > 0 => ImageStage::Transferring,
            Step::Initiate | Step::Block => ImageStage::Transferring,
            Step::Verify | Step::Verifying => ImageStage::Verifying,
            Step::Activate | Step::Activating => ImageStage::Activating,
            Step::Done(stage) => stage,
            _ => ImageStage::Preparing,
        };
        ImageProgress { stage, blocks: self.blocks, there: self.there, sent: self.sent }
    }

    /// What is to be done next.
    pub fn step(&mut self) -> ImageStep {
        match (self.wait.take(), self.step) {
            (_, Step::Done(_)) => ImageStep::Done,
            (Some(milliseconds), _) => ImageStep::Wait(milliseconds),
            (None, _) => ImageStep::Request,
        }
    }

    /// Makes the next request.
    ///
    /// # Errors
    /// The client is not ready for it; it does not fit the meter.
    pub fn start<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer>(
        &self,
        client: &mut Client<L, C, S, B>,
    ) -> Result<(), ClientError> {
        let object = self.object;
        match self.step {
            Step::Enabled => client.get(object.image_transfer_enabled()),
            Step::Enable => client.set(object.image_transfer_enabled(), &true),
            Step::BlockSize => client.get(object.image_block_size()),
            Step::Status | Step::Verifying | Step::Activating => client.get(object.image_transfer_status()),
            Step::Info(_) => client.get(object.image_to_activate_info()),
            Step::Map => client.get(object.image_transferred_blocks_status()),
            Step::FirstMissing => client.get(object.image_first_not_transferred_block_number()),
            Step::Initiate => {
                let image_size = u32::try_from(self.image.len()).map_err(|_| Misuse::Image)?;
                if image_size == 0 {
                    return Err(Misuse::Image.into());
                }
                let image =
                    ImageTransferInitiateView { image_identifier: Octets(self.identifier), image_size };
                client.invoke_method(object.image_transfer_initiate(), &image)
            }
            Step::Block => {
                let (image_block_number, value) = self.block().ok_or(Misuse::Image)?;
                let block = ImageBlockView { image_block_number, image_block_value: Octets(value) };
                client.invoke_method(object.image_block_transfer(), &block)
            }
            Step::Verify => client.invoke_method(object.image_verify(), &0),
            Step::Activate => match self.options.activation {
                Activation::Script { table, selector } => {
                    client.invoke_method(ScriptTable::at(table).execute(), &selector)
                }
                _ => client.invoke_method(object.image_activate(), &0),
            },
            Step::Done(_) => Err(Misuse::Incomplete("anything to transfer").into()),
        }
    }

    /// How the request ended.
    ///
    /// # Errors
    /// The image is not transferred, and `Refused` says that the meter will not have it: see [`ImageRefusal`].
    pub fn finish<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer>(
        &mut self,
        client: &Client<L, C, S, B>,
        ended: Result<(), ClientError>,
    ) -> Result<(), ClientError> {
        match self.step {
            Step::Verify | Step::Activate => return self.finish_work(ended),
            Step::Verifying | Step::Activating => return self.finish_poll(client, ended),
            _ => {}
        }
        if let Err(error) = ended {
            return self.finish_error(error);
        }
        self.tries = 0;
        match self.step {
            Step::Enabled if client.value::<bool>()? => self.step = Step::BlockSize,
            Step::Enabled if self.options.enable => self.step = Step::Enable,
            Step::Enabled => return Err(Refusal::Image(ImageRefusal::Disabled).into()),
            Step::Enable => self.step = Step::BlockSize,
            Step::BlockSize => self.set_block_size(client.value::<u32>()?)?,
            Step::Status => self.go_on_from(client.value::<ImageTransferStatus>()?),
            Step::Info(reached) => {
                let images = client.value::<Array<image_transfer::ImageToActivate>>()?;
                let is_ours = images.iter().flatten().any(|image| {
                    image.image_to_activate_identification.0 == self.identifier
                        && usize::try_from(image.image_to_activate_size) == Ok(self.image.len())
                });
                self.step = match is_ours {
                    false => Step::Initiate,
                    true if reached == ImageTransferStatus::ActivationSuccessful => {
                        Step::Done(ImageStage::Activated)
                    }
                    true => self.after_verification(),
                };
                if is_ours {
                    self.there = self.blocks;
                }
            }
            Step::Map => {
                let bits = client.value::<Bits>()?;
                if u32::try_from(bits.len()) != Ok(self.blocks) {
                    // It is of another image; or the meter has forgotten ours.
                    self.step = Step::Initiate;
                    return self.count_round();
                }
                let was_cut = self.missing.is_cut;
                (self.missing, self.there) = Missing::of(&bits);
                if !was_cut || self.there <= self.counted {
                    self.count_round()?;
                }
                self.counted = self.there;
                self.send_missing();
            }
            Step::FirstMissing => {
                let first = client.value::<u32>()?;
                if first >= self.blocks {
                    self.there = self.blocks;
                    self.step = Step::Verify;
                    return Ok(());
                }
                if self.has_no_map {
                    self.count_round()?;
                    (self.missing, self.there) = (Missing::run(first..self.blocks), first);
                    self.send_missing();
                } else {
                    self.step = Step::Map;
                }
            }
            Step::Initiate => {
                (self.missing, self.there) = (Missing::run(0..self.blocks), 0);
                (self.counted, self.waited, self.is_resumed) = (0, 0, false);
                self.step = Step::Block;
            }
            Step::Block => {
                self.missing.remove_first();
                self.sent = self.sent.saturating_add(1);
                self.there = self.there.saturating_add(1).min(self.blocks);
                if self.missing.first().is_none() {
                    self.step = Step::FirstMissing;
                }
            }
            Step::Verify | Step::Verifying | Step::Activate | Step::Activating | Step::Done(_) => {}
        }
        Ok(())
    }

    /// A request ended badly that is not about verifying or activating.
    fn finish_error(&mut self, error: ClientError) -> Result<(), ClientError> {
        match (self.step, error) {
            // All of this may be done twice.
            (_, ClientError::Timeout(_)) if self.try_again() => Ok(()),
            (_, ClientError::Refused(Refusal::Action(ActionResult::TemporaryFailure)))
                if self.try_again() =>
            {
                self.wait = Some(self.options.poll_interval);
                Ok(())
            }
            // The map is too long for it, or for us; or it has none.
            (Step::Map, ClientError::Refused(_) | ClientError::Overflow(_)) => {
                self.has_no_map = true;
                self.step = Step::FirstMissing;
                Ok(())
            }
            // It does not tell which image it is: so it gets ours.
            (Step::Info(_), ClientError::Refused(_)) => {
                self.step = Step::Initiate;
                Ok(())
            }
            (_, error) => Err(error),
        }
    }

    /// image_verify or image_activate ended.
    fn finish_work(&mut self, ended: Result<(), ClientError>) -> Result<(), ClientError> {
        let is_verifying = self.step == Step::Verify;
        self.refusal = match ended {
            Ok(()) if is_verifying => {
                self.step = self.verified();
                return Ok(());
            }
            Ok(()) if self.options.activation == Activation::Immediate => {
                self.step = Step::Done(ImageStage::Activated);
                return Ok(());
            }
            Ok(()) | Err(ClientError::Timeout(_)) => None,
            Err(ClientError::Refused(Refusal::Action(ActionResult::TemporaryFailure))) => None,
            // Its status says why.
            Err(ClientError::Refused(Refusal::Action(result))) => Some(result),
            Err(error) => return Err(error),
        };
        self.step = if is_verifying { Step::Verifying } else { Step::Activating };
        if self.refusal.is_none() { self.wait_for_work() } else { Ok(()) }
    }

    /// The status was asked for, to see whether verifying or activating is over.
    fn finish_poll<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer>(
        &mut self,
        client: &Client<L, C, S, B>,
        ended: Result<(), ClientError>,
    ) -> Result<(), ClientError> {
        match ended {
            Ok(()) => {}
            // A meter at work may be deaf.
            Err(ClientError::Timeout(_)) => return self.wait_for_work(),
            Err(error) => return Err(error),
        }
        let status = client.value::<ImageTransferStatus>()?;
        let is_verifying = self.step == Step::Verifying;
        let was_refused =
            self.refusal.map_or(Ok(()), |result| Err(ClientError::from(Refusal::Action(result))));
        match status {
            ImageTransferStatus::VerificationInitiated | ImageTransferStatus::ActivationInitiated => {
                self.refusal = None;
                self.wait_for_work()
            }
            ImageTransferStatus::VerificationFailed | ImageTransferStatus::ActivationFailed
                if self.is_resumed =>
            {
                // Some of it may have been of another image.
                self.step = Step::Initiate;
                self.refusal = None;
                Ok(())
            }
            ImageTransferStatus::VerificationFailed => Err(Refusal::Image(ImageRefusal::Verification).into()),
            ImageTransferStatus::ActivationFailed => Err(Refusal::Image(ImageRefusal::Activation).into()),
            ImageTransferStatus::VerificationSuccessful if is_verifying => {
                self.step = self.verified();
                Ok(())
            }
            ImageTransferStatus::ActivationSuccessful => {
                self.step = match self.sent {
                    0 if self.is_resumed => Step::Info(status),
                    _ => Step::Done(ImageStage::Activated),
                };
                Ok(())
            }
            ImageTransferStatus::Initiated if is_verifying => {
                was_refused?;
                self.step = Step::Verify;
                self.wait_for_work()
            }
            ImageTransferStatus::VerificationSuccessful => {
                was_refused?;
                if self.options.activation == Activation::Immediate {
                    self.step = Step::Activate;
                }
                self.wait_for_work()
            }
            other => {
                was_refused?;
                Err(Misbehaviour::ImageStatus(other.code()).into())
            }
        }
    }

    /// The meter had this status before anything was done.
    fn go_on_from(&mut self, status: ImageTransferStatus) {
        self.is_resumed = true;
        self.step = match status {
            ImageTransferStatus::Initiated => Step::Map,
            ImageTransferStatus::VerificationInitiated => Step::Verifying,
            ImageTransferStatus::ActivationInitiated => Step::Activating,
            ImageTransferStatus::VerificationSuccessful | ImageTransferStatus::ActivationSuccessful => {
                Step::Info(status)
            }
            _ => Step::Initiate,
        };
    }

    fn set_block_size(&mut self, size: u32) -> Result<(), ClientError> {
        let octets = u32::try_from(self.image.len()).map_err(|_| Misuse::Image)?;
        if size == 0 {
            return Err(Misbehaviour::ImageBlockSize.into());
        }
        (self.block_size, self.blocks) = (size, octets.div_ceil(size));
        self.step = if self.options.resume { Step::Status } else { Step::Initiate };
        Ok(())
    }

    /// The block to send: its number and octets.
    fn block(&self) -> Option<(u32, &'a [u8])> {
        let number = self.missing.first()?;
        let (size, at) = (usize::try_from(self.block_size).ok()?, usize::try_from(number).ok()?);
        let rest = self.image.get(at.checked_mul(size)?..)?;
        Some((number, rest.get(..size).unwrap_or(rest)))
    }

    fn send_missing(&mut self) {
        self.step = match self.missing.first() {
            Some(_) => Step::Block,
            None => Step::Verify,
        };
    }

    /// The image is good; where none of it was sent, it is to be seen whether it is this one.
    fn verified(&mut self) -> Step {
        match self.sent {
            0 => Step::Info(ImageTransferStatus::VerificationSuccessful),
            _ => self.after_verification(),
        }
    }

    fn after_verification(&mut self) -> Step {
        self.waited = 0;
        match self.options.activation {
            Activation::Later => Step::Done(ImageStage::Verified),
            _ => Step::Activate,
        }
    }

    /// All blocks were sent, and the meter has not got them.
    fn count_round(&mut self) -> Result<(), ClientError> {
        if self.sent == 0 {
            return Ok(());
        }
        if self.rounds >= self.options.rounds {
            return Err(Misbehaviour::ImageBlocks.into());
        }
        self.rounds = self.rounds.saturating_add(1);
        Ok(())
    }

    fn try_again(&mut self) -> bool {
        self.tries = self.tries.saturating_add(1);
        self.tries <= self.options.retries
    }

    fn wait_for_work(&mut self) -> Result<(), ClientError> {
        if self.waited >= self.options.patience {
            return Err(ClientError::Timeout(match self.step {
                Step::Verify | Step::Verifying => Timer::ImageVerification,
                _ => Timer::ImageActivation,
            }));
        }
        let interval = self.options.poll_interval.max(1);
        self.waited = self.waited.saturating_add(interval);
        self.wait = Some(interval);
        Ok(())
    }
}
