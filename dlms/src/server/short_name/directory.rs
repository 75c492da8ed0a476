use cosem_classes::model::{Member, Object, Objects};
use obis::ObisCode;

use super::ShortNames;
use crate::server::built_in::Listed;

/// The base name that objects which are numbered end before.
const END: u16 = 0xf900;

/// An attribute or a method, as its short name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) struct Named {
    pub(in crate::server) class_id: u16,
    pub(in crate::server) logical_name: ObisCode,
    pub(in crate::server) member: Member,
}

/// The objects with their base names, in the order of the object list; the number of each in it goes before.
pub(in crate::server) fn base_names<'a, O: Objects, M: ShortNames>(
    listed: &'a Listed<'a, O, M>,
) -> impl Iterator<Item = (usize, u16, &'a dyn Object)> {
    let mut next = M::FIRST;
    (0..listed.len()).filter_map(move |index| {
        let object = listed.at(index)?;
        let class = object.class();
        let given = listed.names.base_name(class, object.logical_name()).or(listed.base_name(index));
        if let Some(base) = given {
            return Some((index, base, object));
        }
        let base = next;
        next = next.saturating_add(class.short_names());
        (next <= END).then_some((index, base, object))
    })
}

/// What this short name names, if there is such an attribute or method.
pub(in crate::server) fn find<O: Objects, M: ShortNames>(
    listed: &Listed<'_, O, M>,
    short_name: u16,
) -> Option<Named> {
    base_names(listed).find_map(|(_, base, object)| {
        let class = object.class();
        let member = class.member_at(short_name.checked_sub(base)?)?;
        Some(Named { class_id: class.id, logical_name: object.logical_name(), member })
    })
}
