use dlms_core::codec::{Reader, Writer};

use crate::{FrameError, FrameErrorKind};

/// Octets of the longest message authentication code.
pub const MAX_MAC: usize = 16;

/// The authentication and fragmentation layer (AFL, EN 13757-7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fragmentation<'a> {
    /// Which fragment of a message, counted from 1; 0 for the only one.
    pub fragment: u8,
    /// More fragments follow.
    pub more_fragments: bool,
    /// How the message is authenticated, and what of the layer the code covers.
    pub message_control: Option<MessageControl>,
    /// Which key: its version and its number.
    pub key_information: Option<u16>,
    /// The message counter.
    pub counter: Option<u32>,
    /// The message authentication code.
    pub mac: &'a [u8],
    /// The length of the whole message.
    pub message_length: Option<u16>,
}

/// The message control field of the layer (MCL).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MessageControl(pub u8);

impl MessageControl {
    /// The authentication type: 0 for none, 3 to 7 for AES-CMAC, 8 for AES-GMAC.
    #[must_use]
    pub const fn authentication_type(self) -> u8 {
        self.0 & 0x0f
    }

    /// Octets that an AES-CMAC of this type has; nothing for other types.
    #[must_use]
    pub const fn cmac_len(self) -> Option<usize> {
        match self.authentication_type() {
            3 => Some(2),
            4 => Some(4),
            5 => Some(8),
            6 => Some(12),
            7 => Some(16),
            _ => None,
        }
    }
}

// The fragmentation control field.
const MORE_FRAGMENTS: u16 = 1 << 14;
const MESSAGE_CONTROL: u16 = 1 << 13;
const MESSAGE_LENGTH: u16 = 1 << 12;
const COUNTER: u16 = 1 << 11;
const MAC: u16 = 1 << 10;
const KEY_INFORMATION: u16 = 1 << 9;

impl<'a> Fragmentation<'a> {
    /// The CI field of the layer.
    pub const CONTROL_INFORMATION: u8 = 0x90;

    /// Reads what follows its CI field.
    pub(super) fn decode(r: &mut Reader<'a>) -> Result<Self, FrameError> {
        let at = r.offset();
        let len = r.u8()?;
        let mut r = r.nested(len.into())?;
        let control = u16::from_le_bytes(r.array()?);
        let present = |bit: u16| control & bit != 0;
        let [fragment, _] = control.to_le_bytes();
        let message_control = if present(MESSAGE_CONTROL) { Some(MessageControl(r.u8()?)) } else { None };
        let key_information =
            if present(KEY_INFORMATION) { Some(u16::from_le_bytes(r.array()?)) } else { None };
        let counter = if present(COUNTER) { Some(u32::from_le_bytes(r.array()?)) } else { None };
        // The code has whatever is left between what stands in front of it and the length behind it.
        let behind = if present(MESSAGE_LENGTH) { 2 } else { 0 };
        let mac = match r.remaining().checked_sub(behind) {
            Some(len) if present(MAC) => r.take(len)?,
            _ => &[],
        };
        let message_length =
            if present(MESSAGE_LENGTH) { Some(u16::from_le_bytes(r.array()?)) } else { None };
        if !r.is_empty() || mac.len() > MAX_MAC {
            return Err(FrameErrorKind::Length(len).at(at));
        }
        let more_fragments = present(MORE_FRAGMENTS);
        Ok(Self { fragment, more_fragments, message_control, key_information, counter, mac, message_length })
    }

    /// Writes it with its CI field.
    pub(super) fn encode(&self, w: &mut Writer<'_>) {
        let present = |bit: u16, is: bool| if is { bit } else { 0 };
        let control = u16::from(self.fragment)
            | present(MORE_FRAGMENTS, self.more_fragments)
            | present(MESSAGE_CONTROL, self.message_control.is_some())
            | present(MESSAGE_LENGTH, self.message_length.is_some())
            | present(COUNTER, self.counter.is_some())
            | present(MAC, !self.mac.is_empty())
            | present(KEY_INFORMATION, self.key_information.is_some());
        w.u8(Self::CONTROL_INFORMATION);
        let mut body = [0; MAX_MAC + 11];
        let mut b = Writer::new(&mut body);
        b.array(control.to_le_bytes());
        if let Some(message_control) = self.message_control {
            b.u8(message_control.0);
        }
        if let Some(key_information) = self.key_information {
            b.array(key_information.to_le_bytes());
        }
        if let Some(counter) = self.counter {
            b.array(counter.to_le_bytes());
        }
        b.bytes(self.mac);
        if let Some(message_length) = self.message_length {
            b.array(message_length.to_le_bytes());
        }
        let body = b.stored();
        w.u8(u8::try_from(body.len()).unwrap_or(u8::MAX));
        w.bytes(body);
    }
}
