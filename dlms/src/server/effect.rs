use cosem_classes::model::{Effect, Object, Objects, Value};
use dlms_core::apdu::ActionResult;
use dlms_core::codec::{Decode, Writer};
use dlms_core::data::Data;

/// Does what an object wants done, with every object in reach; `scratch` takes what is on its way between them.
///
/// # Errors
/// It cannot be done.
pub(super) fn perform(
    objects: &mut impl Objects,
    index: usize,
    effect: Effect,
    scratch: &mut [u8],
) -> Result<(), ActionResult> {
    match effect {
        Effect::None => Ok(()),
        Effect::Capture => capture(objects, index, scratch),
        // Nothing else is built yet, and nothing is left undone in silence.
        _ => Err(ActionResult::ObjectUnavailable),
    }
}

/// Captures a row into object number `index`: the values of its columns, as they are now.
///
/// # Errors
/// The object captures nothing, a column cannot be read, or the row does not fit `scratch` or the object.
pub fn capture(objects: &mut impl Objects, index: usize, scratch: &mut [u8]) -> Result<(), ActionResult> {
    let mut used = 0usize;
    for number in 0.. {
        let object = objects.at_mut(index).ok_or(ActionResult::ObjectUndefined)?;
        let target = object.capture_target().ok_or(ActionResult::ObjectUnavailable)?;
        let Some(column) = target.column(number) else {
            let row = scratch.get(..used).ok_or(ActionResult::OtherReason)?;
            return target.capture(row);
        };
        let source =
            objects.find(column.class_id, column.logical_name).ok_or(ActionResult::ObjectUndefined)?;
        let source = objects.at(source).ok_or(ActionResult::ObjectUndefined)?;
        let room = scratch.get_mut(used..).unwrap_or_default();
        used = used.saturating_add(read_column(source, column.attribute_index, column.data_index, room)?);
    }
    Err(ActionResult::OtherReason)
}

/// Writes one column: an attribute, or one element of it.
pub(super) fn read_column(
    source: &dyn Object,
    attribute: i8,
    data_index: u16,
    room: &mut [u8],
) -> Result<usize, ActionResult> {
    let fail = |error: dlms_core::apdu::DataAccessResult| ActionResult::from_code(error.code());
    let mut w = Writer::new(room);
    match source.get(attribute, None, &mut w).map_err(fail)? {
        Value::Written => {}
        // An array of rows is no value of a column.
        Value::Rows(_) => return Err(ActionResult::TypeUnmatched),
    }
    let len = w.finish().map_err(|_| ActionResult::OtherReason)?.len();
    let Some(element) = usize::from(data_index).checked_sub(1) else { return Ok(len) };
    let value = room.get(..len).unwrap_or_default();
    let found = match Data::from_bytes(value) {
        Ok(Data::Array(elements) | Data::Structure(elements)) => {
            let mut r = elements.reader();
            for _ in 0..element {
                Data::decode(&mut r).map_err(|_| ActionResult::ObjectUndefined)?;
            }
            let body = value.len().saturating_sub(elements.body().len());
            let start = body.saturating_add(r.offset());
            Data::decode(&mut r).map_err(|_| ActionResult::ObjectUndefined)?;
            start..body.saturating_add(r.offset())
        }
        _ => return Err(ActionResult::TypeUnmatched),
    };
    let len = found.len();
    dlms_core::buffer::shift_down(room.get_mut(..found.end).unwrap_or_default(), found.start);
    Ok(len)
}
