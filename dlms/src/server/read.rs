use cosem_classes::model::{AccessMode, Value};
use dlms_core::apdu::{AttributeSelection, Conformance, DataAccessResult};
use dlms_core::codec::Writer;
use dlms_core::data::tag;
use dlms_security::Protection;

use super::association::Association;
use super::device::LogicalDevice;
use super::site::{Site, permit};

/// Reads an attribute, or a part of one, into `w`, or says which rows it has.
///
/// # Errors
/// It is not there, or the client may not read it this way.
pub(super) fn read<D: LogicalDevice>(
    site: &mut Site<'_, D>,
    association: &Association,
    protection: Protection,
    item: &AttributeSelection<'_>,
    w: &mut Writer<'_>,
) -> Result<Value, DataAccessResult> {
    let (target, mode) = site.attribute(association.peer.client, &item.attribute)?;
    permit(mode, AccessMode::READ, protection)?;
    let selective = Conformance::SELECTIVE_ACCESS.union(Conformance::PARAMETERIZED_ACCESS);
    // One of the two: which one depends on how the client references.
    if item.selection.is_some() && (association.conformance & selective).is_empty() {
        return Err(DataAccessResult::ScopeOfAccessViolated);
    }
    site.with(target, association, |object| object.get(item.attribute.id, item.selection.as_ref(), w))?
}

/// Reads an attribute, or a part of one, into `w`, its rows included.
///
/// # Errors
/// As [`read`]; there is no room for all rows.
pub(super) fn read_whole<D: LogicalDevice>(
    site: &mut Site<'_, D>,
    association: &Association,
    protection: Protection,
    item: &AttributeSelection<'_>,
    w: &mut Writer<'_>,
) -> Result<(), DataAccessResult> {
    let Value::Rows(rows) = read(site, association, protection, item, w)? else { return Ok(()) };
    w.u8(tag::ARRAY);
    w.length(usize::try_from(rows.count).unwrap_or(usize::MAX));
    let (target, _) = site.attribute(association.peer.client, &item.attribute)?;
    site.with(target, association, |object| {
        for row in rows.first..rows.end {
            if w.is_full() {
                return Err(DataAccessResult::OtherReason);
            }
            object.row(item.attribute.id, item.selection.as_ref(), row, w)?;
        }
        Ok(())
    })?
}
