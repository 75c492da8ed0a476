use dlms_core::apdu::{Conformance, DataAccessResult, List, VariableAccessSpecification};
use dlms_core::buffer::{Buffer, shift_down};
use dlms_core::codec::{Decode, DecodeError, DecodeErrorKind, Overflow, Reader};
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::{Data, tag};
use dlms_core::link::Link;
use dlms_security::CounterStore;
use obis::ObisCode;

use super::block::Service;
use super::{Purpose, ShortName};
use crate::client::{Client, ClientError, Misbehaviour, Outcome, Refusal};

/// Attribute 2 of the current Association SN.
const OBJECT_LIST: u16 = 0xfa08;
/// Octets that an object of the list takes at most, in whatever types it comes.
const OBJECT: usize = 64;

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Starts to read the object list.
    pub(super) fn learn(&mut self) -> Result<(), ClientError> {
        self.ready(Conformance::READ)?;
        let list = [VariableAccessSpecification::VariableName(OBJECT_LIST)];
        self.ask(Service::Read, &List::of(&list), Purpose::Learn { left: None }, None)
    }

    /// Takes note of the objects in what is kept of the list, and keeps what is left: a part of an object. How many
    /// are to come; nothing while the list has not begun.
    pub(super) fn learn_kept(
        &mut self,
        mut left: Option<usize>,
        last: bool,
    ) -> Result<Option<usize>, ClientError> {
        let Self { rx, names, kept, .. } = self;
        let mut r = Reader::new(rx.as_slice().get(..*kept).unwrap_or_default());
        let mut used = 0;
        while left != Some(0) {
            let read = match left {
                None => begin(&mut r).map(|count| left = Some(count)),
                Some(more) => object(&mut r).and_then(|name| {
                    left = Some(more.saturating_sub(1));
                    match names.insert(name) {
                        true => Ok(()),
                        false => Err(Overflow { needed: names.names().len().saturating_add(1) }.into()),
                    }
                }),
            };
            match read {
                Ok(()) => used = r.offset(),
                Err(ClientError::Malformed(error)) if is_cut_off(error) && !last => break,
                Err(error) => return Err(error),
            }
        }
        let rest = kept.saturating_sub(used);
        if rest > OBJECT || (left == Some(0) && rest > 0) {
            let kind = DecodeErrorKind::Trailing(rest);
            return Err(DecodeError { kind, offset: used }.into());
        }
        shift_down(rx.as_mut_slice().get_mut(..*kept).unwrap_or_default(), used);
        *kept = rest;
        if last {
            self.names_read = true;
            self.complete(Outcome::Value(0..0));
        }
        Ok(left)
    }
}

/// The list is one result: how many objects there are.
fn begin(r: &mut Reader<'_>) -> Result<usize, ClientError> {
    match r.array()? {
        [1, 0] => {}
        [1, 1] => return Err(Refusal::DataAccess(DataAccessResult::from_code(r.u8()?)).into()),
        _ => return Err(Misbehaviour::UnexpectedApdu(dlms_core::apdu::tag::READ_RESPONSE).into()),
    }
    let offset = r.offset();
    match r.u8()? {
        tag::ARRAY => Ok(r.length()?),
        found => {
            let kind = DecodeErrorKind::WrongType { expected: "array", found };
            Err(DecodeError { kind, offset }.into())
        }
    }
}

fn object(r: &mut Reader<'_>) -> Result<ShortName, ClientError> {
    let offset = r.offset();
    let element = Data::decode(r)?;
    let kind = DecodeErrorKind::InvalidValue("object list element");
    Ok(read(element).ok_or(DecodeError { kind, offset })?)
}

/// Numbers are taken in whatever type they come.
fn read(element: Data<'_>) -> Option<ShortName> {
    let Data::Structure(members) = element else { return None };
    let [base_name, class_id, version, Data::OctetString(logical_name)] = members.exactly()? else {
        return None;
    };
    let base_name = base_name.as_integer()?;
    let base_name = match i16::try_from(base_name) {
        Ok(signed) => u16::from_be_bytes(signed.to_be_bytes()),
        Err(_) => base_name.try_into().ok()?,
    };
    let class_id = class_id.as_integer()?.try_into().ok()?;
    let version = version.as_integer()?.try_into().ok()?;
    let logical_name = ObisCode::from_octets(logical_name.try_into().ok()?);
    Some(ShortName::new(class_id, version, logical_name, base_name))
}

/// Whether there may be more to come.
const fn is_cut_off(error: DecodeError) -> bool {
    matches!(error.kind, DecodeErrorKind::Truncated { .. } | DecodeErrorKind::Length)
}
