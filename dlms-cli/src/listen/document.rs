use dlms::listener::{Event, Origin};
use dlms_core::apdu::tag;
use dlms_security::{SecurityControl, ServiceCiphering};
use serde_json::{Value, json};

use super::put;
use crate::failure::Failure;
use crate::hex;
use crate::telegram::{self, KeyFlags, Keys, Lenience, Link, MessageReader};

/// The document of what `event` tells of, as `dlms decode` would have it of the telegram.
pub(super) fn of(
    link: Link,
    event: &Event,
    origin: &Origin,
    apdu: &[u8],
    lenience: &Lenience,
) -> Result<Value, Failure> {
    let reader = MessageReader::new(Keys::new(&KeyFlags::default())?, lenience.clone());
    let mut read = None;
    let (form, link) = match event {
        Event::Telegram(_) => (Link::P1, Link::P1),
        Event::Value(_) => (Link::Data, link),
        _ => (Link::Apdu, link),
    };
    telegram::read(apdu, form, reader, &mut |telegram| {
        read = Some(telegram);
        Ok(())
    })?;
    let mut document = read.unwrap_or_else(|| Err(Failure::decode("no notification")))?;
    put(&mut document, 0, "link", link.name().into());
    if !matches!(link, Link::P1 | Link::Apdu) {
        put(&mut document, 1, "frames", 1.into());
        let saps = origin.saps;
        put(&mut document, 2, "saps", json!({"source": saps.server, "destination": saps.client}));
    }
    if let Some(security) = origin.security {
        let plain = apdu.first().copied().unwrap_or(0);
        let form = match security.form {
            ServiceCiphering::GeneralGlobal => Some(tag::GENERAL_GLO_CIPHERING),
            form => form.tag_of(plain),
        };
        let control = SecurityControl::new(security.suite, security.protection, security.broadcast);
        let members = json!({
            "tag": form.and_then(tag::name).unwrap_or("unknown"),
            "suite": security.suite.id(),
            "authenticated": security.protection.authenticated,
            "encrypted": security.protection.encrypted,
            "security-control": hex::to_text(&[control.0]),
            "system-title": security.system_title.to_string(),
            "invocation-counter": security.invocation_counter,
        });
        put(&mut document, 4, "security", members);
    }
    Ok(document)
}
