use dlms_core::apdu::{ActionResult, DataAccessResult};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Encode, Writer};
use dlms_core::data::{Bits, OctetString, Octets};
use dlms_core::structure;

use super::{
    BlockMap, ImageBlockView, ImageStore, ImageTransferInitiateView, ImageTransferStatus, Serve, Work,
};
use crate::model::{Answer, Effect, Rows};

/// Octets of an identifier at most.
pub const MAX_IDENTIFIER: usize = 64;

structure! {
    /// A transfer as it stands, to go on with after a power failure.
    pub struct SavedTransfer => SavedTransferView<'a> {
        /// Octets of each block.
        pub image_block_size: u32,
        /// Whether the methods may be invoked.
        pub image_transfer_enabled: bool,
        /// How far it is.
        pub image_transfer_status: ImageTransferStatus,
        /// Whether the image is activated as soon as it is verified.
        pub activates: bool,
        /// What the image is.
        pub image_identifier: OctetString,
        /// Its octets.
        pub image_size: u32,
        /// Which blocks are there.
        pub image_transferred_blocks_status: Bits,
    }
}

/// Receives images: blocks in any order, each as often as the client likes.
///
/// Verifying and activating may take their time; clients see in the status how far they are. Where an image is to be
/// activated that was not verified before, the one begins after the other when a client invokes the method again, or the
/// device says [`proceed`](Self::proceed).
#[derive(Debug, Clone)]
pub struct ImageReceiver<S, B> {
    /// Where the image is kept.
    pub store: S,
    /// Whether the methods may be invoked.
    pub enabled: bool,
    block_size: u32,
    status: ImageTransferStatus,
    /// To be activated as soon as it is verified.
    activates: bool,
    identifier: [u8; MAX_IDENTIFIER],
    identifier_len: usize,
    size: u32,
    blocks: BlockMap<B>,
}

impl<S: ImageStore, B: Buffer> ImageReceiver<S, B> {
    /// One that takes images in blocks of so many octets, up to eight blocks for each octet of `map`. It is not enabled.
    #[must_use]
    pub fn new(store: S, block_size: u32, map: B) -> Self {
        Self {
            store,
            enabled: false,
            block_size: block_size.max(1),
            status: ImageTransferStatus::NotInitiated,
            activates: false,
            identifier: [0; MAX_IDENTIFIER],
            identifier_len: 0,
            size: 0,
            blocks: BlockMap::new(map),
        }
    }

    /// One that goes on where it was [saved](Self::saved); nothing if that is not of such a one, or does not fit.
    #[must_use]
    pub fn restored(store: S, map: B, saved: &SavedTransferView<'_>) -> Option<Self> {
        let mut receiver = Self::new(store, saved.image_block_size, map);
        receiver.enabled = saved.image_transfer_enabled;
        receiver.status = saved.image_transfer_status;
        receiver.activates = saved.activates;
        receiver.remember(saved.image_identifier.0)?;
        receiver.size = saved.image_size;
        let bits = &saved.image_transferred_blocks_status;
        let blocks = usize::try_from(saved.image_size.div_ceil(receiver.block_size)).ok()?;
        (bits.len() == blocks && receiver.blocks.restore(bits)).then_some(receiver)
    }

    /// The transfer as it stands. A block that came after it was saved is asked for once more.
    #[must_use]
    pub fn saved(&self) -> SavedTransferView<'_> {
        SavedTransferView {
            image_block_size: self.block_size,
            image_transfer_enabled: self.enabled,
            image_transfer_status: self.status(),
            activates: self.activates,
            image_identifier: Octets(self.identifier()),
            image_size: self.size,
            image_transferred_blocks_status: self.blocks.bits(),
        }
    }

    /// How far it is.
    #[must_use]
    pub fn status(&self) -> ImageTransferStatus {
        use ImageTransferStatus as Status;
        match self.status {
            Status::VerificationInitiated => match self.store.verification() {
                Work::Going => Status::VerificationInitiated,
                Work::Done => Status::VerificationSuccessful,
                Work::Failed => Status::VerificationFailed,
            },
            Status::ActivationInitiated => match self.store.activation() {
                Work::Going => Status::ActivationInitiated,
                Work::Done => Status::ActivationSuccessful,
                Work::Failed => Status::ActivationFailed,
            },
            status => status,
        }
    }

    /// What the image is; empty before one was announced.
    #[must_use]
    pub fn identifier(&self) -> &[u8] {
        self.identifier.get(..self.identifier_len).unwrap_or_default()
    }

    /// Which blocks are there.
    #[must_use]
    pub const fn blocks(&self) -> &BlockMap<B> {
        &self.blocks
    }

    /// How far it is, and begins to activate what is verified and waits for that.
    pub fn proceed(&mut self) -> ImageTransferStatus {
        self.status = self.status();
        if self.activates && self.status == ImageTransferStatus::VerificationSuccessful {
            self.begin_activation();
            self.status = self.status();
        }
        self.status
    }

    fn remember(&mut self, identifier: &[u8]) -> Option<()> {
        self.identifier.get_mut(..identifier.len())?.copy_from_slice(identifier);
        self.identifier_len = identifier.len();
        Some(())
    }

    const fn ensure_enabled(&self) -> Result<(), ActionResult> {
        if self.enabled { Ok(()) } else { Err(ActionResult::ReadWriteDenied) }
    }

    /// Begins to verify an image that is there whole; a part of one can still be completed.
    fn begin_verification(&mut self) -> Result<(), ActionResult> {
        if !self.blocks.is_complete() {
            return Err(ActionResult::OtherReason);
        }
        self.store.begin_verification();
        self.status = ImageTransferStatus::VerificationInitiated;
        self.activates = false;
        Ok(())
    }

    fn begin_activation(&mut self) {
        self.store.begin_activation();
        self.status = ImageTransferStatus::ActivationInitiated;
        self.activates = false;
    }
}

impl<S: ImageStore, B: Buffer> Serve for ImageReceiver<S, B> {
    fn image_block_size(&self) -> Answer<'_, u32> {
        Ok(self.block_size)
    }

    fn image_transferred_blocks_status(&self) -> Answer<'_, Bits> {
        Ok(self.blocks.bits())
    }

    fn image_first_not_transferred_block_number(&self) -> Answer<'_, u32> {
        Ok(self.blocks.first_missing())
    }

    fn image_transfer_enabled(&self) -> Answer<'_, bool> {
        Ok(self.enabled)
    }

    fn set_image_transfer_enabled(&mut self, value: bool) -> Result<Effect, DataAccessResult> {
        self.enabled = value;
        Ok(Effect::None)
    }

    fn image_transfer_status(&self) -> Answer<'_, ImageTransferStatus> {
        Ok(self.status())
    }

    /// None before an image was verified.
    fn image_to_activate_info(&self) -> Result<Rows, DataAccessResult> {
        let verified = matches!(
            self.status(),
            ImageTransferStatus::VerificationSuccessful
                | ImageTransferStatus::ActivationInitiated
                | ImageTransferStatus::ActivationSuccessful
                | ImageTransferStatus::ActivationFailed
        );
        Ok(Rows::first(if verified { self.store.count() } else { 0 }))
    }

    fn image_to_activate(&self, row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
        self.store.image(row).ok_or(DataAccessResult::LongGetAborted)?.encode(w);
        Ok(())
    }

    fn image_transfer_initiate(
        &mut self,
        parameter: ImageTransferInitiateView<'_>,
    ) -> Result<Effect, ActionResult> {
        self.ensure_enabled()?;
        let (identifier, size) = (parameter.image_identifier.0, parameter.image_size);
        let blocks = size.div_ceil(self.block_size);
        match self.proceed() {
            ImageTransferStatus::VerificationInitiated | ImageTransferStatus::ActivationInitiated => {
                return Err(ActionResult::TemporaryFailure);
            }
            _ if size == 0 || identifier.len() > MAX_IDENTIFIER || !self.blocks.fits(blocks) => {
                return Err(ActionResult::OtherReason);
            }
            _ => self.store.initiate(identifier, size)?,
        }
        let begun = self.remember(identifier).is_some() && self.blocks.start(blocks);
        self.size = size;
        self.status = match begun {
            true => ImageTransferStatus::Initiated,
            false => ImageTransferStatus::NotInitiated,
        };
        if begun { Ok(Effect::None) } else { Err(ActionResult::OtherReason) }
    }

    /// A block that is there already is not written again.
    fn image_block_transfer(&mut self, parameter: ImageBlockView<'_>) -> Result<Effect, ActionResult> {
        self.ensure_enabled()?;
        let (number, value) = (parameter.image_block_number, parameter.image_block_value.0);
        let offset = number.checked_mul(self.block_size).filter(|offset| *offset < self.size);
        let offset = offset.ok_or(ActionResult::OtherReason)?;
        let len = self.block_size.min(self.size.saturating_sub(offset));
        if self.status != ImageTransferStatus::Initiated || u32::try_from(value.len()) != Ok(len) {
            return Err(ActionResult::OtherReason);
        }
        if !self.blocks.contains(number) {
            self.store.write(offset, value)?;
            self.blocks.insert(number);
        }
        Ok(Effect::None)
    }

    fn image_verify(&mut self) -> Result<Effect, ActionResult> {
        self.ensure_enabled()?;
        if self.status == ImageTransferStatus::Initiated {
            self.begin_verification()?;
        }
        match self.proceed() {
            ImageTransferStatus::VerificationSuccessful => Ok(Effect::None),
            ImageTransferStatus::VerificationInitiated => Err(ActionResult::TemporaryFailure),
            _ => Err(ActionResult::OtherReason),
        }
    }

    fn image_activate(&mut self) -> Result<Effect, ActionResult> {
        self.ensure_enabled()?;
        match self.status() {
            ImageTransferStatus::Initiated => {
                self.begin_verification()?;
                self.activates = true;
            }
            ImageTransferStatus::VerificationInitiated | ImageTransferStatus::VerificationSuccessful => {
                self.activates = true;
            }
            _ => {}
        }
        match self.proceed() {
            ImageTransferStatus::ActivationSuccessful => Ok(Effect::None),
            ImageTransferStatus::VerificationInitiated | ImageTransferStatus::ActivationInitiated => {
                Err(ActionResult::TemporaryFailure)
            }
            _ => Err(ActionResult::OtherReason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ImageToActivateView, ImageTransfer};
    use super::*;
    use crate::model::{Instance, Object, write_whole};
    use core::cell::Cell;
    use dlms_core::codec::Decode;
    use obis::obis;
    use std::vec::Vec;

    /// Good images begin with `G`; verifying and activating are over when they are asked for the second time.
    #[derive(Debug, Clone, Default)]
    struct Flash {
        octets: Vec<u8>,
        written: usize,
        asked: Cell<u32>,
    }

    impl Flash {
        fn work(&self) -> Work {
            self.asked.set(self.asked.get() + 1);
            match self.octets.first() {
                _ if self.asked.get() < 2 => Work::Going,
                Some(b'G') => Work::Done,
                _ => Work::Failed,
            }
        }
    }

    impl ImageStore for Flash {
        fn initiate(&mut self, identifier: &[u8], size: u32) -> Result<(), ActionResult> {
            if identifier != b"FW2" {
                return Err(ActionResult::OtherReason);
            }
            self.octets = std::vec![0; size as usize];
            self.written = 0;
            Ok(())
        }
        fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), ActionResult> {
            self.octets[offset as usize..][..octets.len()].copy_from_slice(octets);
            self.written += octets.len();
            Ok(())
        }
        fn begin_verification(&mut self) {
            self.asked.set(0);
        }
        fn verification(&self) -> Work {
            self.work()
        }
        fn begin_activation(&mut self) {
            self.asked.set(0);
        }
        fn activation(&self) -> Work {
            self.work()
        }
        fn count(&self) -> u32 {
            1
        }
        fn image(&self, number: u32) -> Option<ImageToActivateView<'_>> {
            (number == 0).then_some(ImageToActivateView {
                image_to_activate_size: u32::try_from(self.octets.len()).unwrap(),
                image_to_activate_identification: Octets(b"FW2"),
                image_to_activate_signature: Octets(&[7]),
            })
        }
    }

    const IMAGE: &[u8] = b"Good, of 21 octets.. ";

    fn receiver() -> ImageReceiver<Flash, [u8; 2]> {
        ImageReceiver { enabled: true, ..ImageReceiver::new(Flash::default(), 4, [0; 2]) }
    }

    fn initiate(receiver: &mut ImageReceiver<Flash, [u8; 2]>, size: usize) -> Result<Effect, ActionResult> {
        let image_size = u32::try_from(size).unwrap();
        receiver.image_transfer_initiate(ImageTransferInitiateView {
            image_identifier: Octets(b"FW2"),
            image_size,
        })
    }

    fn send(
        receiver: &mut ImageReceiver<Flash, [u8; 2]>,
        image: &[u8],
        number: usize,
    ) -> Result<Effect, ActionResult> {
        let value = image.chunks(4).nth(number).unwrap_or(b"more");
        let image_block_number = u32::try_from(number).unwrap();
        receiver.image_block_transfer(ImageBlockView { image_block_number, image_block_value: Octets(value) })
    }

    #[test]
    fn blocks_in_any_order_then_verified_then_activated() {
        let mut receiver = receiver();
        assert_eq!(send(&mut receiver, IMAGE, 0), Err(ActionResult::OtherReason));
        initiate(&mut receiver, IMAGE.len()).unwrap();
        for number in [5, 0, 0, 3, 1] {
            send(&mut receiver, IMAGE, number).unwrap();
        }
        assert_eq!(receiver.image_first_not_transferred_block_number(), Ok(2));
        assert_eq!(receiver.image_transferred_blocks_status().unwrap().octets(), [0b1101_0100]);
        assert_eq!(receiver.image_verify(), Err(ActionResult::OtherReason), "blocks are missing");
        assert_eq!(receiver.status(), ImageTransferStatus::Initiated);
        assert_eq!(send(&mut receiver, IMAGE, 6), Err(ActionResult::OtherReason), "beyond the last");
        send(&mut receiver, IMAGE, 2).unwrap();
        send(&mut receiver, IMAGE, 4).unwrap();
        assert_eq!((receiver.store.octets.as_slice(), receiver.store.written), (IMAGE, IMAGE.len()));

        assert_eq!(receiver.image_to_activate_info().unwrap().count, 0);
        assert_eq!(receiver.image_verify(), Err(ActionResult::TemporaryFailure));
        receiver.store.asked.set(0);
        assert_eq!(initiate(&mut receiver, 1), Err(ActionResult::TemporaryFailure));
        assert_eq!(send(&mut receiver, IMAGE, 2), Err(ActionResult::OtherReason));
        assert_eq!(receiver.image_transfer_status(), Ok(ImageTransferStatus::VerificationSuccessful));
        assert_eq!(receiver.image_verify(), Ok(Effect::None));

        assert_eq!(receiver.image_activate(), Err(ActionResult::TemporaryFailure));
        assert_eq!(receiver.image_activate(), Ok(Effect::None));
        assert_eq!(receiver.status(), ImageTransferStatus::ActivationSuccessful);
        assert_eq!(receiver.image_verify(), Err(ActionResult::OtherReason));

        let object = Instance::<ImageTransfer, _>::new(obis!("0-0:44.0.0.255"), receiver);
        let mut out = [0; 32];
        let mut w = Writer::new(&mut out);
        write_whole(&object as &dyn Object, 7, None, &mut w).unwrap();
        assert_eq!(w.finish().unwrap(), b"\x01\x01\x02\x03\x06\0\0\0\x15\x09\x03FW2\x09\x01\x07");
    }

    #[test]
    fn activating_verifies_first_and_a_bad_image_is_not_activated() {
        let mut bad = receiver();
        initiate(&mut bad, 3).unwrap();
        send(&mut bad, b"bad", 0).unwrap();
        assert_eq!(bad.image_activate(), Err(ActionResult::TemporaryFailure));
        assert_eq!(bad.image_activate(), Err(ActionResult::OtherReason));
        assert_eq!(bad.status(), ImageTransferStatus::VerificationFailed);
        assert_eq!(bad.image_activate(), Err(ActionResult::OtherReason));
        // The next one is as good as ever.
        initiate(&mut bad, 4).unwrap();
        assert_eq!(bad.image_first_not_transferred_block_number(), Ok(0));
        send(&mut bad, b"Good", 0).unwrap();
        assert_eq!(bad.image_activate(), Err(ActionResult::TemporaryFailure));
        assert_eq!(bad.status(), ImageTransferStatus::VerificationSuccessful);
        assert_eq!(bad.proceed(), ImageTransferStatus::ActivationInitiated);
        assert_eq!(bad.proceed(), ImageTransferStatus::ActivationSuccessful);
    }

    #[test]
    fn nothing_is_done_where_it_is_not_enabled_or_does_not_fit() {
        let mut receiver = receiver();
        assert_eq!(initiate(&mut receiver, 0), Err(ActionResult::OtherReason));
        assert_eq!(initiate(&mut receiver, 65), Err(ActionResult::OtherReason), "seventeen blocks");
        initiate(&mut receiver, 8).unwrap();
        send(&mut receiver, IMAGE, 0).unwrap();
        let other = ImageTransferInitiateView { image_identifier: Octets(b"FW1"), image_size: 8 };
        assert_eq!(receiver.image_transfer_initiate(other), Err(ActionResult::OtherReason));
        let long = ImageTransferInitiateView { image_identifier: Octets(&[0; 65]), image_size: 8 };
        assert_eq!(receiver.image_transfer_initiate(long), Err(ActionResult::OtherReason));
        assert_eq!(receiver.image_first_not_transferred_block_number(), Ok(1), "the first is still there");
        let short = ImageBlockView { image_block_number: 1, image_block_value: Octets(b"abc") };
        assert_eq!(receiver.image_block_transfer(short), Err(ActionResult::OtherReason));
        receiver.set_image_transfer_enabled(false).unwrap();
        assert_eq!(initiate(&mut receiver, 8), Err(ActionResult::ReadWriteDenied));
        assert_eq!(send(&mut receiver, IMAGE, 1), Err(ActionResult::ReadWriteDenied));
        assert_eq!(receiver.image_verify(), Err(ActionResult::ReadWriteDenied));
        assert_eq!(receiver.image_activate(), Err(ActionResult::ReadWriteDenied));
    }

    #[test]
    fn a_transfer_outlasts_a_power_failure() {
        let mut before = receiver();
        initiate(&mut before, IMAGE.len()).unwrap();
        for number in [0, 2, 3] {
            send(&mut before, IMAGE, number).unwrap();
        }
        let mut kept = [0; 64];
        let saved =
            SavedTransferView::from_bytes(before.saved().encode_to_slice(&mut kept).unwrap()).unwrap();
        assert!(ImageReceiver::restored(Flash::default(), [0; 0], &saved).is_none());
        let mut after = ImageReceiver::restored(before.store.clone(), [0; 2], &saved).unwrap();
        assert_eq!(after.identifier(), b"FW2");
        assert_eq!(after.image_first_not_transferred_block_number(), Ok(1));
        for number in [1, 4, 5] {
            send(&mut after, IMAGE, number).unwrap();
        }
        assert_eq!(after.store.octets, IMAGE);
        let wrong = SavedTransferView { image_size: 30, ..saved };
        assert!(ImageReceiver::restored(Flash::default(), [0; 2], &wrong).is_none());
    }
}
