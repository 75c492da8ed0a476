//! The type of a compact-array's elements: `"unsigned"`, `{"structure":[types]}`, `{"array":[count,type]}`.

use dlms_core::codec::{Decode, Reader, Writer};
use dlms_core::data::{Data, Described, TypeDescription, tag};
use dlms_core::limits;
use serde_json::{Value, json};

use super::write::Budget;
use crate::failure::Failure;

/// A type description in JSON.
pub(super) fn type_to_json(description: TypeDescription<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    budget.spend()?;
    Ok(match description.described() {
        Described::Scalar(tag) => scalar_name(tag).unwrap_or("unknown").into(),
        Described::Array(count, element) => json!({"array": [count, type_to_json(element, budget)?]}),
        Described::Structure(count, mut members) => {
            let mut types = Vec::new();
            for _ in 0..count {
                let Some((first, others)) = members.split_first() else { break };
                types.push(type_to_json(first, budget)?);
                members = others;
            }
            json!({"structure": types})
        }
    })
}

/// The type of a compact-array's elements, out of JSON.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ElementType {
    Scalar(u8),
    Array(u16, Box<Self>),
    Structure(Vec<Self>),
}

impl ElementType {
    /// Reads the type from its description.
    pub(super) fn from_json(json: &Value, depth: usize) -> Result<Self, Failure> {
        let wrong = || Failure::usage(format!("{json} is no type of a compact-array's elements"));
        let depth = depth.checked_sub(1).ok_or_else(|| Failure::usage("a type nested too deep"))?;
        match json {
            Value::String(name) => scalar_tag(name).map(Self::Scalar).ok_or_else(wrong),
            Value::Object(object) => match object.iter().next() {
                Some((name, Value::Array(types))) if name == "structure" && object.len() == 1 => types
                    .iter()
                    .map(|member| Self::from_json(member, depth))
                    .collect::<Result<_, _>>()
                    .map(Self::Structure),
                Some((name, Value::Array(parts))) if name == "array" && object.len() == 1 => match &parts[..]
                {
                    [count, element] => {
                        let count = count.as_u64().and_then(|n| u16::try_from(n).ok()).ok_or_else(wrong)?;
                        Ok(Self::Array(count, Box::new(Self::from_json(element, depth)?)))
                    }
                    _ => Err(wrong()),
                },
                _ => Err(wrong()),
            },
            _ => Err(wrong()),
        }
    }

    /// The type that this encoded value has.
    pub(super) fn of(value: &Data<'_>) -> Result<Self, Failure> {
        Ok(match value {
            Data::Structure(members) => {
                Self::Structure(members.iter().map(|member| Self::of(&member)).collect::<Result<_, _>>()?)
            }
            Data::Array(elements) => {
                let count = u16::try_from(elements.len())
                    .map_err(|_| Failure::usage("an array too long for a compact-array"))?;
                let first = elements
                    .nth(0)
                    .ok_or_else(|| Failure::usage("the type of an empty array's elements is missing"))?;
                Self::Array(count, Box::new(Self::of(&first)?))
            }
            Data::CompactArray(_) => return Err(Failure::usage("a compact-array in a compact-array")),
            scalar => Self::Scalar(scalar.tag()),
        })
    }

    /// Writes the description.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Scalar(tag) => out.push(*tag),
            Self::Array(count, element) => {
                out.push(tag::ARRAY);
                out.extend(count.to_be_bytes());
                element.write(out);
            }
            Self::Structure(members) => {
                out.push(tag::STRUCTURE);
                write_length(members.len(), out);
                members.iter().for_each(|member| member.write(out));
            }
        }
    }

    /// Writes the contents of a value, which must be of this type, without tags.
    pub(super) fn write_contents(
        &self,
        value: &Data<'_>,
        encoding: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        let wrong = || Failure::usage(format!("a {} in a compact-array of another type", value.type_name()));
        match (self, value) {
            (Self::Scalar(tag), scalar)
                if *tag == scalar.tag() && !matches!(scalar, Data::Array(_) | Data::Structure(_)) =>
            {
                out.extend(encoding.get(1..).unwrap_or_default());
                Ok(())
            }
            (Self::Array(count, element), Data::Array(elements)) if elements.len() == usize::from(*count) => {
                members(*elements).try_for_each(|(value, octets)| element.write_contents(&value, octets, out))
            }
            (Self::Structure(types), Data::Structure(elements)) if elements.len() == types.len() => {
                members(*elements)
                    .zip(types)
                    .try_for_each(|((value, octets), element)| element.write_contents(&value, octets, out))
            }
            _ => Err(wrong()),
        }
    }
}

/// An A-XDR length in its shortest form.
pub(crate) fn write_length(length: usize, out: &mut Vec<u8>) {
    let mut room = [0; 5];
    let mut w = Writer::new(&mut room);
    w.length(length);
    out.extend(w.stored());
}

/// The elements with their octets.
fn members(elements: dlms_core::data::Elements<'_>) -> impl Iterator<Item = (Data<'_>, &[u8])> {
    let mut r: Reader<'_> = elements.reader();
    core::iter::from_fn(move || {
        let before = r.rest();
        let value = Data::decode(&mut r).ok()?;
        let octets = before.get(..before.len().saturating_sub(r.remaining()))?;
        Some((value, octets))
    })
}

/// The name of a type that is neither array nor structure.
fn scalar_name(tag: u8) -> Option<&'static str> {
    // Zeros are the content of a value of any such type.
    let octets = [tag, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    match Data::decode(&mut Reader::new(&octets)).ok()? {
        Data::Array(_) | Data::Structure(_) | Data::CompactArray(_) => None,
        value => Some(value.type_name()),
    }
}

fn scalar_tag(name: &str) -> Option<u8> {
    (0..=u8::MAX).find(|tag| scalar_name(*tag) == Some(name))
}

/// Levels a type may nest.
pub(super) const NESTING: usize = limits::NESTING;
