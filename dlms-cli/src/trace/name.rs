use dlms_core::apdu::{Apdu, tag};
use dlms_core::codec::Decode;
use dlms_hdlc::FrameKind;
use dlms_wrapper::Header;

use crate::message::Message;
use crate::value_json::Budget;

/// What an APDU is: its name, and which of its forms.
pub(super) fn apdu(octets: &[u8]) -> String {
    let name = octets.first().copied().and_then(tag::name).unwrap_or("apdu");
    let form = Apdu::from_bytes(octets).ok().and_then(|apdu| {
        let message = Message::of(&apdu, &mut Budget::new()).ok()?;
        Some(message.fields.get("type")?.as_str()?.to_owned())
    });
    form.map_or_else(|| name.to_owned(), |form| format!("{name} {form}"))
}

/// What a wrapped frame is: between which ports.
pub(super) fn wrapped(octets: &[u8]) -> String {
    match octets.get(..dlms_wrapper::HEADER_LEN).map(Header::from_bytes) {
        Some(Ok(header)) => format!("wrapper {} to {}", header.source, header.destination),
        _ => "wrapper".to_owned(),
    }
}

/// What a frame of HDLC is: its command or response, and its numbers.
pub(super) fn frame(kind: FrameKind) -> String {
    let name = kind.name();
    match (kind, kind.receive()) {
        (FrameKind::I { send, receive }, _) => {
            format!("hdlc {name} N(S) {} N(R) {}", send.value(), receive.value())
        }
        (_, Some(receive)) => format!("hdlc {name} N(R) {}", receive.value()),
        _ => format!("hdlc {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_hdlc::SequenceNumber;

    #[test]
    fn every_layer_is_named() {
        assert_eq!(apdu(&[0xc0, 1, 0xc1, 0, 3, 1, 0, 1, 8, 0, 255, 2, 0]), "get-request normal");
        assert_eq!(apdu(&[0xc8, 0]), "glo-get-request");
        assert_eq!(apdu(&[0x7f]), "apdu");
        assert_eq!(wrapped(&[0, 1, 0, 16, 0, 1, 0, 0]), "wrapper 16 to 1");
        assert_eq!(frame(FrameKind::Snrm), "hdlc SNRM");
        let (send, receive) = (SequenceNumber::new(3), SequenceNumber::new(1));
        assert_eq!(frame(FrameKind::I { send, receive }), "hdlc I N(S) 3 N(R) 1");
    }
}
