use dlms::reading::{self, Meaning, Reading};
use dlms_core::apdu::{
    Apdu, DataNotification, EventNotificationRequest, GeneralBlockTransfer, Leniencies, tag,
};
use dlms_core::codec::{Decode, DecodeErrorKind, Encode, Reader};
use dlms_core::data::{Data, DateTime};
use serde_json::{Map, Value, json};

use super::keys::Keys;
use super::leniency::{self, Deviation, Lenience, warning_of};
use super::model::MeterModel;
use super::{p1, security, untagged};
use crate::failure::{Failure, FailureKind};
use crate::hex;
use crate::message::{Message, Nested};
use crate::quantity::Quantity;
use crate::value_json::{Budget, to_json_within};

/// Messages in messages: a signed one behind a gateway has four.
const NESTING: usize = 6;

/// Reads messages, with keys and leniencies.
#[derive(Debug)]
pub(crate) struct MessageReader {
    keys: Keys,
    lenience: Lenience,
    model: Option<MeterModel>,
}

/// A message that was read.
#[derive(Debug)]
pub(super) struct Read {
    /// The members that a document has for it.
    pub(super) members: Map<String, Value>,
    /// Octets it took.
    pub(super) consumed: usize,
    /// What there is to be said about it.
    pub(super) warnings: Vec<String>,
}

/// One message and what is in it.
struct Task<'a> {
    keys: &'a mut Keys,
    lenience: &'a Lenience,
    model: Option<MeterModel>,
    budget: Budget,
    warnings: Vec<String>,
    depth: usize,
}

impl MessageReader {
    /// One that has these keys and accepts these deviations.
    pub(crate) const fn new(keys: Keys, lenience: Lenience) -> Self {
        Self { keys, lenience, model: None }
    }

    /// One that takes what the messages do not say from this model.
    pub(crate) fn with_model(self, model: Option<MeterModel>) -> Self {
        Self { model, ..self }
    }

    /// The keys.
    pub(super) const fn keys(&mut self) -> &mut Keys {
        &mut self.keys
    }

    /// Which deviations are accepted.
    pub(super) const fn lenience(&self) -> &Lenience {
        &self.lenience
    }

    /// Reads the message at the front of `octets`; failures have their offsets from there.
    pub(super) fn read(&mut self, octets: &[u8]) -> Result<Read, Failure> {
        let mut task = Task {
            keys: &mut self.keys,
            lenience: &self.lenience,
            model: self.model,
            budget: Budget::new(),
            warnings: Vec::new(),
            depth: NESTING,
        };
        let (members, consumed) = task.message(octets)?;
        Ok(Read { members, consumed, warnings: task.warnings })
    }
}

/// Whether `octets` begin with a message, whatever its deviations.
fn is_message(octets: &[u8]) -> bool {
    let mut r = Reader::new(octets);
    Apdu::decode_with(&mut r, &mut Leniencies::all()).is_ok_and(|_| r.is_empty())
        || retagged(octets).is_some()
}

impl Task<'_> {
    fn message(&mut self, octets: &[u8]) -> Result<(Map<String, Value>, usize), Failure> {
        match octets.first() {
            Some(first) if tag::is_protected(*first) => self.protected(octets),
            _ => self.plain(octets),
        }
    }

    fn protected(&mut self, octets: &[u8]) -> Result<(Map<String, Value>, usize), Failure> {
        let opened = security::open(octets, self.keys, self.lenience)?;
        self.warnings.extend(opened.warnings);
        if opened.unverified && !is_message(&opened.plain) && !p1::checks_itself(&opened.plain) {
            let message = "deciphers to no message: another key, or the telegram was changed";
            let failure = Failure::new(FailureKind::WrongKey, message);
            return Err(failure.with_detail(json!({"security": opened.security.around(None)})));
        }
        let content = match p1::is_telegram(&opened.plain) {
            true => self.telegram(&opened.plain),
            false => self.whole(&opened.plain),
        };
        let mut members = content.map_err(|failure| failure.relocated(|at| at + opened.offset))?;
        let security = opened.security.around(members.shift_remove("security"));
        members.shift_insert(1, "security".into(), security);
        Ok((members, opened.consumed))
    }

    /// A telegram of the P1 port that is all of `octets`.
    fn telegram(&mut self, octets: &[u8]) -> Result<Map<String, Value>, Failure> {
        let (mut members, warnings) = p1::whole(octets, self.lenience)?;
        // What carried it says the envelope.
        members.shift_remove("link");
        self.warnings.extend(warnings);
        Ok(members)
    }

    /// A message that is all of `octets`.
    fn whole(&mut self, octets: &[u8]) -> Result<Map<String, Value>, Failure> {
        let depth = self.depth;
        self.depth = depth.checked_sub(1).ok_or_else(|| Failure::from(DecodeErrorKind::TooDeep).at(0))?;
        let result = self.message(octets);
        self.depth = depth;
        let (members, consumed) = result?;
        match octets.len().saturating_sub(consumed) {
            0 => Ok(members),
            left => Err(Failure::from(DecodeErrorKind::Trailing(left)).at(consumed)),
        }
    }

    fn plain(&mut self, octets: &[u8]) -> Result<(Map<String, Value>, usize), Failure> {
        let mut leniencies = self.lenience.of_messages();
        let mut r = Reader::new(octets);
        let apdu = match Apdu::decode_with(&mut r, &mut leniencies) {
            Ok(apdu) => apdu,
            Err(error) => return self.deviating(octets, error.into()),
        };
        let consumed = r.offset();
        if !r.is_empty() && retagged(octets).is_some() {
            let left = DecodeErrorKind::Trailing(r.remaining());
            return self.deviating(octets, Failure::from(left).at(consumed));
        }
        self.warnings.extend(leniencies.met().map(warning_of));
        let message = Message::of(&apdu, &mut self.budget)?;
        self.keys.learn(&apdu);
        let mut members = Map::new();
        members.insert("apdu".into(), apdu.name().into());
        if let Some(id) = message.invoke_id {
            members.insert("invoke-id".into(), id.into());
        }
        if let Some(date_time) = message.date_time {
            insert_date_time(&mut members, date_time);
        }
        let mut fields = message.fields;
        if let Some(nested) = message.nested {
            let content = self.nested(nested, octets)?;
            fields.insert(nested.member.into(), content);
        }
        members.insert("fields".into(), Value::Object(fields));
        if let Some(body) = &message.body {
            members.insert("body".into(), to_json_within(body, &mut self.budget)?);
        }
        let readings = self.readings(&apdu)?;
        if !readings.is_empty() {
            members.insert("readings".into(), Value::Array(readings));
        }
        Ok((members, consumed))
    }

    /// A message that is none by the standard: by an accepted deviation, or the failure with the one that would do.
    fn deviating(&mut self, octets: &[u8], failure: Failure) -> Result<(Map<String, Value>, usize), Failure> {
        let deviation = Deviation::UntaggedAttributeDescriptor;
        let mut leniencies = Leniencies::all();
        let would_do = match retagged(octets) {
            Some(retagged) if self.lenience.permits(deviation) => {
                self.warnings.push(deviation.warning());
                let (members, consumed) = self.plain(&retagged)?;
                return match retagged.len() == consumed {
                    true => Ok((members, octets.len())),
                    false => Err(failure),
                };
            }
            Some(_) => deviation.name(),
            None if Apdu::decode_with(&mut Reader::new(octets), &mut leniencies).is_ok() => {
                leniencies.met().next().map_or("", |leniency| leniency.name())
            }
            None => return Err(failure),
        };
        Err(leniency::would_do(failure, would_do))
    }

    /// A message in another. Where it cannot be deciphered, what shows without keys.
    fn nested(&mut self, nested: Nested<'_>, outer: &[u8]) -> Result<Value, Failure> {
        let at = (nested.octets.as_ptr() as usize).saturating_sub(outer.as_ptr() as usize);
        match self.whole(nested.octets) {
            Ok(members) => Ok(Value::Object(members)),
            Err(failure) if matches!(failure.kind(), FailureKind::MissingKey) => {
                let first = nested.octets.first().copied().unwrap_or_default();
                self.warnings.push(format!(
                    "{}: {} was not deciphered",
                    failure.kind().name(),
                    nested.member
                ));
                let mut members = Map::new();
                members.insert("apdu".into(), tag::name(first).unwrap_or("unknown").into());
                if let Some(security) = failure.detail().and_then(|detail| detail.get("security")) {
                    members.insert("security".into(), security.clone());
                }
                members.insert("octets".into(), hex::to_text(nested.octets).into());
                Ok(Value::Object(members))
            }
            Err(failure) => Err(failure.relocated(|offset| offset + at)),
        }
    }

    /// What messages that carry measured values tell.
    fn readings(&mut self, apdu: &Apdu<'_>) -> Result<Vec<Value>, Failure> {
        use dlms_core::apdu::{GetDataResult, GetResponse};
        let mut all = Vec::new();
        let (budget, model) = (&mut self.budget, self.model);
        let mut failed = None;
        let mut found = |reading: Reading<'_>| match reading_to_json(&reading, budget) {
            Ok(json) => all.push(json),
            Err(failure) => failed = Some(failure),
        };
        let each = |body, found: &mut dyn FnMut(Reading<'_>)| match model {
            Some(model) => model.each(body, found),
            None => reading::each(body, None, found),
        };
        match apdu {
            Apdu::DataNotification(DataNotification { body, .. }) => each(*body, &mut found),
            Apdu::GetResponse(GetResponse::Normal { result: GetDataResult::Data(body), .. }) => {
                each(*body, &mut found);
            }
            Apdu::EventNotificationRequest(EventNotificationRequest { attribute, value, .. }) => {
                found(Reading::of_attribute(
                    attribute.class_id,
                    attribute.logical_name,
                    attribute.id,
                    *value,
                ));
            }
            _ => {}
        }
        failed.map_or(Ok(all), Err)
    }
}

/// The block of any message that is all of `octets`, if it is one.
pub(super) fn block(octets: &[u8]) -> Option<GeneralBlockTransfer<'_>> {
    GeneralBlockTransfer::from_bytes(octets).ok()
}

/// A data-notification with its attribute descriptors tagged, if that is what it lacks.
fn retagged(octets: &[u8]) -> Option<Vec<u8>> {
    let mut r = Reader::new(octets);
    let (long_invoke_id, date_time) = DataNotification::decode_head(&mut r, &mut Leniencies::none()).ok()?;
    let body = untagged::rewrite(r.rest())?;
    let body = Data::from_bytes(&body).ok()?;
    Some(DataNotification { long_invoke_id, date_time, body }.encode_to_vec())
}

/// Adds a date-time as a value, and readable.
fn insert_date_time(members: &mut Map<String, Value>, date_time: DateTime) {
    members.insert("date-time".into(), json!({"date-time": hex::to_text(&date_time.to_octets())}));
    members.insert("text".into(), date_time.to_string().into());
}

fn reading_to_json(reading: &Reading<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    let mut object = Map::new();
    object.insert("obis".into(), reading.obis.to_string().into());
    if let Some(class_id) = reading.class_id {
        object.insert("class".into(), class_id.into());
    }
    if let Some(attribute_id) = reading.attribute_id {
        object.insert("attribute".into(), attribute_id.into());
    }
    object.insert("value".into(), to_json_within(&reading.value, budget)?);
    if let Some(date_time) = reading.date_time() {
        object.insert("text".into(), date_time.to_string().into());
    }
    if reading.lacks_scaler() {
        object.insert("scaler".into(), "unknown".into());
    } else if matches!(reading.meaning, Meaning::Model(_)) {
        object.insert("scaler".into(), "model".into());
    }
    if let Some(scaler_unit) = reading.meaning.scaler_unit() {
        object.insert("unit".into(), scaler_unit.unit.to_string().into());
        if let Some(Quantity { number, .. }) = Quantity::new(reading.value, scaler_unit) {
            object.insert("scaled".into(), Value::Number(number));
        }
    }
    Ok(Value::Object(object))
}
