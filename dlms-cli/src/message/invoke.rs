//! Which request, and how it wants to be served.

use dlms_core::apdu::{InvokeIdAndPriority, LongInvokeIdAndPriority};
use serde_json::{Map, Value};

use super::Members;
use crate::failure::Failure;

const RESERVED: &str = "reserved";

/// Adds what an invoke-id says beside the number.
pub(super) fn insert(fields: &mut Map<String, Value>, invoke: InvokeIdAndPriority) {
    insert_service(fields, invoke.is_confirmed(), invoke.is_high_priority());
    if invoke.0 & 0x30 != 0 {
        fields.insert(RESERVED.into(), (invoke.0 >> 4 & 3).into());
    }
}

/// Adds what a long invoke-id says beside the number.
pub(super) fn insert_long(fields: &mut Map<String, Value>, invoke: LongInvokeIdAndPriority) {
    insert_service(fields, invoke.is_confirmed(), invoke.is_high_priority());
    let option = if invoke.is_break_on_error() { "break-on-error" } else { "continue" };
    fields.insert("processing-option".into(), option.into());
    fields.insert("self-descriptive".into(), invoke.is_self_descriptive().into());
    if invoke.0 >> 24 & 0x0f != 0 {
        fields.insert(RESERVED.into(), (invoke.0 >> 24 & 0x0f).into());
    }
}

fn insert_service(fields: &mut Map<String, Value>, confirmed: bool, high_priority: bool) {
    fields.insert("service-class".into(), if confirmed { "confirmed" } else { "unconfirmed" }.into());
    fields.insert("priority".into(), if high_priority { "high" } else { "normal" }.into());
}

/// An invoke-id out of its parts; confirmed and of high priority where nothing else is said.
pub(super) fn from(id: Option<u32>, fields: &Members<'_>) -> Result<InvokeIdAndPriority, Failure> {
    let id = u8::try_from(id.unwrap_or(1)).ok().filter(|id| *id < 16);
    let mut octet = id.ok_or_else(|| Failure::usage("invoke-id must be 0 to 15"))?;
    octet |= u8::from(choice(fields, "service-class", ["unconfirmed", "confirmed"], true)?) << 6;
    octet |= u8::from(choice(fields, "priority", ["normal", "high"], true)?) << 7;
    octet |= (fields.optional_number::<u8>(RESERVED)?.unwrap_or(0) & 3) << 4;
    Ok(InvokeIdAndPriority(octet))
}

/// A long invoke-id out of its parts; unconfirmed and of normal priority where nothing else is said.
pub(super) fn long_from(id: Option<u32>, fields: &Members<'_>) -> Result<LongInvokeIdAndPriority, Failure> {
    let id = id.unwrap_or(1);
    if id > 0x00ff_ffff {
        return Err(Failure::usage("invoke-id must be 0 to 16777215"));
    }
    let bit = |set: bool, number: u32| u32::from(set) << number;
    let self_descriptive =
        fields.optional("self-descriptive").is_some() && fields.flag("self-descriptive")?;
    Ok(LongInvokeIdAndPriority(
        id | bit(choice(fields, "service-class", ["unconfirmed", "confirmed"], false)?, 30)
            | bit(choice(fields, "priority", ["normal", "high"], false)?, 31)
            | bit(choice(fields, "processing-option", ["continue", "break-on-error"], false)?, 29)
            | bit(self_descriptive, 28)
            | (fields.optional_number::<u32>(RESERVED)?.unwrap_or(0) & 0x0f) << 24,
    ))
}

/// Whether the second of two words was chosen.
fn choice(fields: &Members<'_>, name: &str, words: [&str; 2], otherwise: bool) -> Result<bool, Failure> {
    let [no, yes] = words;
    match fields.optional_text(name)? {
        None => Ok(otherwise),
        Some(word) if word == no => Ok(false),
        Some(word) if word == yes => Ok(true),
        Some(_) => Err(fields.wrong(name, &format!("{no} or {yes}"))),
    }
}
