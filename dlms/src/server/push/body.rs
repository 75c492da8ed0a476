use cosem_classes::model::{AccessMode, Object, Objects, Value, write_whole};
use cosem_classes::push_setup::{PushObject, Selected};
use dlms_core::apdu::{AttributeDescriptor, DataAccessResult, SelectiveAccess};
use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::data::{Data, tag};
use dlms_security::Protection;

use super::super::LogicalDevice;
use super::super::effect::read_column;
use super::super::site::{Site, Target, demanded_of_response};
use super::{Push, PushError};

/// Attribute entries_in_use of Profile generic.
const ENTRIES_IN_USE: i8 = 7;

/// Writes the structure of what the Push setup object lists into the `size` octets of `w`; the protection that the rights
/// of it demand.
pub(super) fn write<D: LogicalDevice>(
    site: &mut Site<'_, D>,
    push: &Push,
    scratch: &mut [u8],
    w: &mut Writer<'_>,
    size: usize,
) -> Result<Protection, PushError> {
    let objects = &*site.parts.objects;
    let index = objects.find(40, push.setup).ok_or(PushError::Setup(DataAccessResult::ObjectUndefined))?;
    let setup = objects.at(index).ok_or(PushError::Setup(DataAccessResult::ObjectUndefined))?;
    let rows = match setup.get(2, None, &mut Writer::new(&mut [])).map_err(PushError::Setup)? {
        Value::Rows(rows) => rows,
        Value::Written => return Err(PushError::Setup(DataAccessResult::TypeUnmatched)),
    };
    let count = usize::try_from(rows.count).unwrap_or(usize::MAX);
    w.u8(tag::STRUCTURE);
    w.length(count);
    let mut demanded = Protection::NONE;
    for row in rows.first..rows.end {
        let mut entry = Writer::new(scratch);
        setup.row(2, None, row, &mut entry).map_err(PushError::Setup)?;
        let entry = entry.finish().map_err(|_| PushError::NoRoom)?;
        let object = PushObject::from_bytes(entry).ok();
        let start = w.len();
        let written = match &object {
            Some(object) => value(site, push.saps.client, object, scratch, w),
            None => Err(DataAccessResult::ObjectUnavailable),
        };
        if w.len() > size || (written.is_err() && w.is_full()) {
            // What does not fit is not the object's fault.
            return Err(PushError::TooLong { needed: w.len().max(size.saturating_add(1)), max: size });
        }
        match written {
            Ok(protection) => demanded = demanded.union(protection),
            Err(_) => {
                w.seek(start);
                Data::NullData.encode(w);
            }
        }
    }
    Ok(demanded)
}

/// Writes what is pushed of one object; the protection that its rights demand.
fn value<D: LogicalDevice>(
    site: &Site<'_, D>,
    client: u16,
    object: &PushObject,
    scratch: &mut [u8],
    w: &mut Writer<'_>,
) -> Result<Protection, DataAccessResult> {
    let attribute = &object.attribute;
    let (target, mode) = site.attribute(client, attribute)?;
    // Nothing can be signed yet, so nothing that has to be signed is sent.
    if !mode.contains(AccessMode::READ) || mode.contains(AccessMode::SIGNED_RESPONSE) {
        return Err(DataAccessResult::ReadWriteDenied);
    }
    let source = match target {
        Target::Own(index) => site.parts.objects.at(index).ok_or(DataAccessResult::ObjectUndefined)?,
        // They are what an association makes of them.
        Target::BuiltIn(_) | Target::AssociationSn => return Err(DataAccessResult::ObjectUnavailable),
    };
    match object.selected {
        Selected::Whole => write_whole(source, attribute.id, None, w)?,
        Selected::Element(element) => {
            let len = read_column(source, attribute.id, element, scratch)
                .map_err(|_| DataAccessResult::ObjectUnavailable)?;
            w.bytes(scratch.get(..len).unwrap_or_default());
        }
        Selected::Entries(from, to) => write_entries(source, attribute, from, to, 0, w)?,
        Selected::LastEntries(count, columns) => {
            let mut octets = [0; 5];
            let mut entries = Writer::new(&mut octets);
            source.get(ENTRIES_IN_USE, None, &mut entries)?;
            let in_use = match Data::from_bytes(entries.stored()) {
                Ok(Data::DoubleLongUnsigned(in_use)) => in_use,
                _ => return Err(DataAccessResult::TypeUnmatched),
            };
            match in_use.saturating_sub(u32::from(count)) {
                _ if in_use == 0 || count == 0 => w.bytes(&[tag::ARRAY, 0]),
                before => write_entries(source, attribute, before.saturating_add(1), 0, columns, w)?,
            }
        }
    }
    Ok(demanded_of_response(mode))
}

/// Writes rows of a profile by their numbers.
fn write_entries(
    source: &dyn Object,
    attribute: &AttributeDescriptor,
    from: u32,
    to: u32,
    columns: u16,
    w: &mut Writer<'_>,
) -> Result<(), DataAccessResult> {
    let mut octets = [0; 24];
    let mut descriptor = Writer::new(&mut octets);
    PushObject::write_entry_descriptor(&mut descriptor, from, to, columns);
    let parameters = Data::from_bytes(descriptor.stored()).map_err(|_| DataAccessResult::OtherReason)?;
    write_whole(source, attribute.id, Some(&SelectiveAccess { selector: 2, parameters }), w)
}
