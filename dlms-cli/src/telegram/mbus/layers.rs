use dlms_core::crypto::{KeyId, KeyKind};
use dlms_mbus::MeterAddress;
use dlms_mbus::layers::{Content, Keys, Layers, Protection, SecurityError, SecurityMode, unprotect};
use serde_json::{Map, Value, json};

use super::records;
use crate::failure::{Failure, FailureKind};
use crate::hex;
use crate::telegram::Telegrams;
use crate::telegram::documents::Documents;
use crate::telegram::envelope::Envelope;
use crate::telegram::leniency::Deviation;
use crate::telegram::pieces::Pieces;

/// The meter's own key, and a slot for one that is derived from it.
const KEYS: Keys = Keys {
    own: KeyId { setup: 0, kind: KeyKind::MBus(0) },
    derived: KeyId { setup: 0, kind: KeyKind::MBus(1) },
};

/// Reads what follows the header of a frame: `pieces` begin with the first CI field.
pub(super) fn read(
    envelope: &Envelope,
    link: Option<MeterAddress>,
    pieces: &Pieces,
    telegrams: &mut Telegrams,
    documents: &mut Documents<'_>,
) -> Result<(), Failure> {
    let mut octets = pieces.octets().to_vec();
    let header = Header::of(link, &octets);
    let located = |failure: Failure| header.detail_of(failure.relocated(|at| pieces.offset(at)));
    let mut warnings = Vec::new();
    let protection = match unprotect(&mut telegrams.reader.keys().provider, KEYS, link, &mut octets) {
        Ok(protection) => Some(protection),
        Err(error) if is_deciphered(&octets) && telegrams.lenience().permits(Deviation::Deciphered) => {
            warnings.push(format!("{} ({error})", Deviation::Deciphered.warning()));
            None
        }
        // Before there was encryption, wired meters had whatever they liked in the configuration field.
        Err(SecurityError::Mode(mode)) if link.is_none() => {
            warnings.push(format!("{mode} in the configuration field: read as if there were none"));
            None
        }
        Err(error) => return documents.fail(located(failed(error, &octets))),
    };
    let layers = match Layers::parse(&octets) {
        Ok(layers) => layers,
        Err(error) => return documents.fail(located(error.into())),
    };
    let mut members = header.members(&layers, protection);
    match layers.content() {
        Some(Content::Dlms) => {
            let mut message = Pieces::default();
            message.push_part(pieces, layers.payload_at, octets.len());
            let message = Pieces::deciphered(&message, layers.payload);
            return telegrams.take(&envelope.with_header(members), &message, documents);
        }
        Some(Content::Records | Content::Command) => match records::read(layers.payload) {
            Ok(readings) => drop(members.insert("readings".into(), readings.into())),
            Err(error) => {
                let failure = Failure::decode(error.kind.to_string());
                return documents.fail(located(failure.at(layers.payload_at.saturating_add(error.offset))));
            }
        },
        _ => drop(members.insert("payload".into(), hex::to_text(layers.payload).into())),
    }
    documents.push(envelope.around(members), warnings)
}

/// Whether what should be encrypted begins as it would decrypted.
fn is_deciphered(octets: &[u8]) -> bool {
    Layers::parse(octets).is_ok_and(|layers| layers.payload.starts_with(&[0x2f, 0x2f]))
}

/// What says who sends.
struct Header {
    meter: Option<MeterAddress>,
}

impl Header {
    fn of(link: Option<MeterAddress>, octets: &[u8]) -> Self {
        let layers = Layers::parse(octets).ok();
        let long = layers.and_then(|layers| layers.transport?.address);
        Self { meter: long.or(link) }
    }

    fn meter(&self) -> Option<Value> {
        let meter = self.meter?;
        Some(json!({
            "manufacturer": meter.manufacturer.to_string(),
            "identification": format!("{:08X}", u32::from_le_bytes(meter.identification)),
            "version": format!("{:02X}", meter.version),
            "medium": meter.medium.name(),
            "medium-code": format!("{:02X}", meter.medium.0),
        }))
    }

    /// `failure`, with the meter for those who look for its key.
    fn detail_of(&self, failure: Failure) -> Failure {
        match self.meter() {
            Some(meter) if failure.detail().is_none() => failure.with_detail(json!({"meter": meter})),
            _ => failure,
        }
    }

    /// The members that a document has of the layers.
    fn members(&self, layers: &Layers<'_>, protection: Option<Protection>) -> Map<String, Value> {
        let mut members = Map::new();
        if let Some(meter) = self.meter() {
            members.insert("meter".into(), meter);
        }
        members.insert("control-information".into(), format!("{:02X}", layers.control_information).into());
        if let Some(transport) = layers.transport {
            members.insert("access-number".into(), transport.access_number.into());
            members.insert("status".into(), format!("{:02X}", transport.status.0).into());
        }
        let protected = |protection: &Protection| {
            protection.mode != SecurityMode::None || protection.link_encrypted || protection.authenticated
        };
        if let Some(protection) = protection.filter(protected) {
            let mut security = json!({
                "mode": protection.mode.number(),
                "authenticated": protection.authenticated,
                "encrypted": protection.encrypted > 0 || protection.link_encrypted,
            });
            if let (Some(counter), Some(security)) = (protection.counter, security.as_object_mut()) {
                security.insert("message-counter".into(), counter.into());
            }
            members.insert("security".into(), security);
        }
        members
    }
}

fn failed(error: SecurityError, octets: &[u8]) -> Failure {
    let message = error.to_string();
    match error {
        SecurityError::Malformed(error) => error.into(),
        SecurityError::NoKey if is_deciphered(octets) => {
            let name = Deviation::Deciphered.name();
            let failure = Failure::new(FailureKind::MissingKey, "said to be encrypted, and no key (--ek)");
            failure.with_remark(&format!("; it looks deciphered already (--lenient={name})"))
        }
        SecurityError::NoKey => {
            Failure::new(FailureKind::MissingKey, "encrypted: the meter's key is missing (--ek)")
        }
        SecurityError::WrongKey | SecurityError::Inauthentic => Failure::new(FailureKind::WrongKey, message),
        SecurityError::NoAuthentication | SecurityError::NoCounter => {
            Failure::new(FailureKind::WeakerThanPolicy, message)
        }
        SecurityError::Mode(_) | SecurityError::Unsupported(_) => Failure::unsupported(message),
        _ => Failure::decode(message),
    }
}
