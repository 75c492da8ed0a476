use dlms_core::codec::{Encode, Reader, Writer};

use super::{ControlInformation, ExtendedLink, Fragmentation, HeaderForm, Transport};
use crate::wireless::CheckSequence;
use crate::{FrameError, FrameErrorKind};

/// The layers between a frame and its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Layers<'a> {
    /// The extended link layer, of wireless frames.
    pub extended_link: Option<ExtendedLink>,
    /// The authentication and fragmentation layer.
    pub fragmentation: Option<Fragmentation<'a>>,
    /// The last CI field: what the payload is.
    pub control_information: u8,
    /// The header of the transport layer.
    pub transport: Option<Transport>,
    /// What follows all of that, encrypted or not.
    pub payload: &'a [u8],
    /// Where in the input the last CI field stands.
    pub control_information_at: usize,
    /// Where in the input the payload begins.
    pub payload_at: usize,
}

impl<'a> Layers<'a> {
    /// Reads the layers of which `octets` consist from the first CI field on.
    ///
    /// What an extended link layer with encryption announces has to be
    /// [decrypted](super::ExtendedLink::initial_counter_block) first; its check sequence is checked here.
    ///
    /// # Errors
    /// `ControlInformation`, `Truncated`, `Length`, `Crc`. Offsets count from the first CI field.
    pub fn parse(octets: &'a [u8]) -> Result<Self, FrameError> {
        let mut r = Reader::new(octets);
        let mut at = r.offset();
        let mut ci = r.u8()?;
        let mut extended_link = None;
        if ExtendedLink::is_announced_by(ci) {
            let layer = ExtendedLink::decode(ci, &mut r)?;
            if layer.session.is_some() {
                check_payload(&mut r)?;
            }
            extended_link = Some(layer);
            at = r.offset();
            ci = r.u8()?;
        }
        let mut fragmentation = None;
        if ci == Fragmentation::CONTROL_INFORMATION {
            fragmentation = Some(Fragmentation::decode(&mut r)?);
            at = r.offset();
            ci = r.u8()?;
        }
        let known =
            ControlInformation::from_octet(ci).ok_or(FrameErrorKind::ControlInformation(ci).at(at))?;
        let transport = match known.header {
            HeaderForm::None => None,
            HeaderForm::Short => Some(Transport::decode(false, &mut r)?),
            HeaderForm::Long => Some(Transport::decode(true, &mut r)?),
        };
        Ok(Self {
            extended_link,
            fragmentation,
            control_information: ci,
            transport,
            payload: r.rest(),
            control_information_at: at,
            payload_at: r.offset(),
        })
    }

    /// What the payload is.
    #[must_use]
    pub fn content(&self) -> Option<super::Content> {
        ControlInformation::from_octet(self.control_information).map(|known| known.content)
    }
}

/// The check sequence of what follows a session, low octet first, as all of the layer.
fn check_payload(r: &mut Reader<'_>) -> Result<(), FrameError> {
    let at = r.offset();
    let found = u16::from_le_bytes(r.array()?);
    let calculated = CheckSequence::of(r.rest()).value();
    if found == calculated { Ok(()) } else { Err(FrameErrorKind::Crc { found, calculated }.at(at)) }
}

impl Encode for Layers<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        if let Some(layer) = self.extended_link {
            layer.encode(w);
            if layer.session.is_some() {
                // The rest in a room of its own, for its check sequence stands in front of it.
                let mut room = [0; 256];
                let mut rest = Writer::new(&mut room);
                self.encode_behind(&mut rest);
                w.array(CheckSequence::of(rest.stored()).value().to_le_bytes());
            }
        }
        self.encode_behind(w);
    }
}

impl Layers<'_> {
    /// Writes all but the extended link layer.
    fn encode_behind(&self, w: &mut Writer<'_>) {
        if let Some(layer) = &self.fragmentation {
            layer.encode(w);
        }
        w.u8(self.control_information);
        if let Some(transport) = &self.transport {
            transport.encode(w);
        }
        w.bytes(self.payload);
    }
}
