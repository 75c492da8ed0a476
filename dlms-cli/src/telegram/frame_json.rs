//! HDLC frames in JSON, both ways: `{"destination":{"upper":16,"size":1},"source":{"upper":1,"lower":17,"size":2},
//! "control":{"type":"I","send":0,"receive":1,"poll-final":true},"segmented":false,"length":40,"llc":"E6E700"}`. A frame
//! that carries no message has its `"information"` instead of the length.

use dlms_core::codec::Encode;
use dlms_hdlc::{
    Address, AddressSize, Control, Frame, FrameKind, LLC_LEN, Llc, Parameters, Rejection, SequenceNumber,
};
use serde_json::{Map, Value, json};

use super::envelope::Envelope;
use crate::failure::Failure;
use crate::hex;
use crate::message::Members;

const INFORMATION: &str = "information";

/// A frame that carries a message or a part of one; `length` is that of the part.
pub(super) fn of_message(frame: &Frame<'_>) -> Map<String, Value> {
    let mut object = of(frame);
    let information = frame.information();
    let mut length = information.len();
    if Llc::split(information).is_some() {
        length = length.saturating_sub(LLC_LEN);
        object.insert("llc".into(), hex::to_text(information.get(..LLC_LEN).unwrap_or_default()).into());
    }
    object.insert("length".into(), length.into());
    object
}

/// The document of a frame that carries no message.
///
/// # Errors
/// The parameters in SNRM or UA are none; the offset counts from the information field.
pub(super) fn document(frame: &Frame<'_>) -> Result<Map<String, Value>, Failure> {
    let mut object = of(frame);
    object.insert(INFORMATION.into(), hex::to_text(frame.information()).into());
    let envelope =
        Envelope::hdlc(frame.source().upper(), frame.destination().upper(), vec![Value::Object(object)]);
    let mut message = Map::new();
    let mut fields = Map::new();
    match frame.control().kind {
        FrameKind::Snrm | FrameKind::Ua if !frame.information().is_empty() => {
            let parameters = Parameters::decode(frame.information())?;
            for (name, value) in [
                ("max-info-field-length-transmit", parameters.max_info_field_length_transmit),
                ("max-info-field-length-receive", parameters.max_info_field_length_receive),
                ("window-size-transmit", parameters.window_size_transmit.into()),
                ("window-size-receive", parameters.window_size_receive.into()),
            ] {
                fields.insert(name.into(), value.into());
            }
        }
        FrameKind::Frmr => {
            if let Ok(octets) = <[u8; 3]>::try_from(frame.information()) {
                let rejection = Rejection::from_octets(octets);
                fields.insert("rejected-control".into(), control(rejection.control));
                fields.insert("reason".into(), reasons(&rejection));
            }
        }
        _ => {}
    }
    message.insert("fields".into(), Value::Object(fields));
    Ok(envelope.around(message))
}

fn reasons(rejection: &Rejection) -> Value {
    let reason = rejection.reason;
    [
        ("control-field-unknown", reason.control),
        ("information-not-permitted", reason.information),
        ("information-too-long", reason.length),
        ("receive-number-invalid", reason.receive),
    ]
    .into_iter()
    .filter(|(_, given)| *given)
    .map(|(name, _)| Value::from(name))
    .collect()
}

fn of(frame: &Frame<'_>) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("destination".into(), address(frame.destination()));
    object.insert("source".into(), address(frame.source()));
    object.insert("control".into(), control(frame.control()));
    object.insert("segmented".into(), frame.is_segmented().into());
    object
}

fn address(of: Address) -> Value {
    match of.lower() {
        Some(lower) => json!({"upper": of.upper(), "lower": lower, "size": of.size().octets()}),
        None => json!({"upper": of.upper(), "size": 1}),
    }
}

fn control(of: Control) -> Value {
    let mut object = Map::new();
    object.insert("type".into(), of.kind.name().into());
    match of.kind {
        FrameKind::I { send, .. } => {
            object.insert("send".into(), send.value().into());
        }
        FrameKind::Unknown(octet) => {
            object.insert("octet".into(), hex::to_text(&[octet]).into());
        }
        _ => {}
    }
    if let Some(receive) = of.kind.receive() {
        object.insert("receive".into(), receive.value().into());
    }
    object.insert("poll-final".into(), of.poll_final.into());
    Value::Object(object)
}

/// A frame as a document describes it.
#[derive(Debug)]
pub(super) struct FrameParts {
    destination: Address,
    source: Address,
    control: Control,
    /// More segments of the same message follow.
    pub(super) segmented: bool,
    /// Octets of the message it carries, where it says so.
    pub(super) length: Option<usize>,
    llc: Vec<u8>,
    information: Option<Vec<u8>>,
}

impl FrameParts {
    /// The frame in `json`.
    ///
    /// # Errors
    /// `usage`: a member is missing or not what it should be.
    pub(crate) fn from_json(json: &Value) -> Result<Self, Failure> {
        let members = Members::of(json, "a frame")?;
        Ok(Self {
            destination: address_from(&members.object("destination")?)?,
            source: address_from(&members.object("source")?)?,
            control: control_from(&members.object("control")?)?,
            segmented: members.optional("segmented").is_some() && members.flag("segmented")?,
            length: members.optional_number::<u16>("length")?.map(usize::from),
            llc: members.optional_octets("llc")?.unwrap_or_default(),
            information: members.optional_octets(INFORMATION)?,
        })
    }

    /// An unnumbered frame of a server, for documents that describe none.
    pub(crate) fn unnumbered(source: u16, destination: u16) -> Result<Self, Failure> {
        let address = |upper| Address::one(upper).ok_or_else(|| Failure::usage("saps of HDLC are 0 to 127"));
        Ok(Self {
            destination: address(destination)?,
            source: address(source)?,
            control: Control::more(FrameKind::Ui),
            segmented: false,
            length: None,
            llc: Llc::Response.to_octets().into(),
            information: None,
        })
    }

    /// The octets of the frame with this part of a message in it.
    ///
    /// # Errors
    /// `usage`: too long for one frame.
    pub(crate) fn encode(&self, part: &[u8]) -> Result<Vec<u8>, Failure> {
        let information = match &self.information {
            Some(information) => information.clone(),
            None => [&self.llc, part].concat(),
        };
        let frame = Frame::new(self.destination, self.source, self.control)
            .with_information(&information, self.segmented)
            .ok_or_else(|| Failure::usage("a message too long for its frames"))?;
        Ok(frame.encode_to_vec())
    }
}

fn address_from(members: &Members<'_>) -> Result<Address, Failure> {
    let size = match members.optional_number::<u8>("size")? {
        Some(1) => AddressSize::One,
        Some(2) => AddressSize::Two,
        Some(4) => AddressSize::Four,
        None if members.optional("lower").is_none() => AddressSize::One,
        _ => return Err(members.wrong("size", "1, 2 or 4")),
    };
    Address::new(size, members.number("upper")?, members.optional_number("lower")?.unwrap_or(0))
        .ok_or_else(|| Failure::usage("an address that does not fit its size"))
}

fn control_from(members: &Members<'_>) -> Result<Control, Failure> {
    let number = |name| members.number::<u8>(name).map(SequenceNumber::new);
    let kind = match members.text("type")? {
        "I" => FrameKind::I { send: number("send")?, receive: number("receive")? },
        "RR" => FrameKind::Rr { receive: number("receive")? },
        "RNR" => FrameKind::Rnr { receive: number("receive")? },
        "REJ" => FrameKind::Rej { receive: number("receive")? },
        "UI" => FrameKind::Ui,
        "SNRM" => FrameKind::Snrm,
        "DISC" => FrameKind::Disc,
        "UA" => FrameKind::Ua,
        "DM" => FrameKind::Dm,
        "FRMR" => FrameKind::Frmr,
        "unknown" => {
            let [octet] = members.array("octet")?;
            FrameKind::Unknown(octet)
        }
        _ => return Err(members.wrong("type", "the name of a frame type")),
    };
    Ok(Control { kind, poll_final: members.optional("poll-final").is_some() && members.flag("poll-final")? })
}
