use dlms_core::codec::{Encode, Writer};

use crate::{Control, FrameError, FrameErrorKind, MeterAddress};

/// Octets of the header of a frame: length, control field, address.
pub const HEADER_LEN: usize = 10;

/// A wireless frame without its check sequences: the link layer's header, then layers from a CI field on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Frame<'a> {
    control: Control,
    address: MeterAddress,
    layers: &'a [u8],
}

impl<'a> Frame<'a> {
    /// A frame to send; nothing if it would be longer than 256 octets.
    #[must_use]
    pub const fn new(control: Control, address: MeterAddress, layers: &'a [u8]) -> Option<Self> {
        if layers.len() > 246 {
            return None;
        }
        Some(Self { control, address, layers })
    }

    /// Reads a frame from which the check sequences were [removed](super::remove_checks).
    ///
    /// # Errors
    /// `Truncated`, `Length`.
    pub fn parse(octets: &'a [u8]) -> Result<Self, FrameError> {
        let Some(([length, control, address @ ..], layers)) = octets.split_first_chunk::<HEADER_LEN>() else {
            return Err(FrameErrorKind::Truncated { missing: HEADER_LEN.saturating_sub(octets.len()) }
                .at(octets.len()));
        };
        let needed = usize::from(*length).wrapping_add(1);
        if needed > octets.len() {
            let missing = needed.saturating_sub(octets.len());
            return Err(FrameErrorKind::Truncated { missing }.at(octets.len()));
        }
        if needed != octets.len() {
            return Err(FrameErrorKind::Length(*length).at(0));
        }
        Ok(Self { control: Control(*control), address: MeterAddress::from_link_octets(*address), layers })
    }

    /// What the frame is for.
    #[must_use]
    pub const fn control(&self) -> Control {
        self.control
    }

    /// Who sent it.
    #[must_use]
    pub const fn address(&self) -> MeterAddress {
        self.address
    }

    /// What follows the header, from the first CI field on.
    #[must_use]
    pub const fn layers(&self) -> &'a [u8] {
        self.layers
    }
}

impl Encode for Frame<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(u8::try_from(self.layers.len().wrapping_add(9)).unwrap_or(u8::MAX));
        w.u8(self.control.0);
        w.array(self.address.to_link_octets());
        w.bytes(self.layers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Manufacturer, Medium};

    #[test]
    fn both_ways() {
        let address = MeterAddress::new(12, Manufacturer(0x0421), 3, Medium::GAS).unwrap();
        let frame = Frame::new(Control::SND_NR, address, &[0x78, 1]).unwrap();
        let mut room = [0; 20];
        let octets = frame.encode_to_slice(&mut room).unwrap();
        assert_eq!(octets, [11, 0x44, 0x21, 0x04, 0x12, 0, 0, 0, 3, 3, 0x78, 1]);
        assert_eq!(Frame::parse(octets), Ok(frame));
        for n in 0..octets.len() {
            assert!(matches!(Frame::parse(&octets[..n]).unwrap_err().kind, FrameErrorKind::Truncated { .. }));
        }
        assert_eq!(Frame::new(Control::SND_NR, address, &[0; 247]), None);
    }
}
