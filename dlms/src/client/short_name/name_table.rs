#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use cosem_classes::model::{ClassInfo, Member, method_offset};
use obis::ObisCode;

use crate::CURRENT_ASSOCIATION;

/// An object of a meter by both its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShortName {
    /// Its interface class.
    pub class_id: u16,
    /// Its logical name.
    pub logical_name: ObisCode,
    /// The short name of its first attribute.
    pub base_name: u16,
    /// How far after that its method number 1 is; 0: its methods have no short names.
    pub methods: u16,
}

impl ShortName {
    /// A free place of [`NameTable::in_room`].
    pub const FREE: Self =
        Self { class_id: 0, logical_name: ObisCode::new(0, 0, 0, 0, 0, 0), base_name: 0, methods: 0 };

    /// An object of a class of the Blue Book.
    #[must_use]
    pub fn new(class_id: u16, version: u8, logical_name: ObisCode, base_name: u16) -> Self {
        Self { class_id, logical_name, base_name, methods: method_offset(class_id, version).unwrap_or(0) }
    }

    /// An object of this class, which may be the manufacturer's.
    #[must_use]
    pub const fn of(class: &ClassInfo, logical_name: ObisCode, base_name: u16) -> Self {
        Self { class_id: class.id, logical_name, base_name, methods: class.short_name_methods }
    }

    /// The short name of an attribute or method.
    #[must_use]
    pub fn of_member(&self, member: Member) -> Option<u16> {
        member.offset((self.methods != 0).then_some(self.methods))?.checked_add(self.base_name)
    }
}

/// The objects of a meter by their short names: given, or as the meter lists them.
#[derive(Debug)]
pub struct NameTable(Kind);

#[derive(Debug)]
enum Kind {
    Given(&'static [ShortName]),
    Room {
        room: &'static mut [ShortName],
        used: usize,
    },
    #[cfg(feature = "alloc")]
    Growing(Vec<ShortName>),
}

impl NameTable {
    /// These and no others: the meter is not asked.
    #[must_use]
    pub const fn given(names: &'static [ShortName]) -> Self {
        Self(Kind::Given(names))
    }

    /// What the meter lists, as long as there is room.
    #[must_use]
    pub const fn in_room(room: &'static mut [ShortName]) -> Self {
        Self(Kind::Room { room, used: 0 })
    }

    /// What the meter lists.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub const fn growing() -> Self {
        Self(Kind::Growing(Vec::new()))
    }

    /// The names there are.
    #[must_use]
    pub fn names(&self) -> &[ShortName] {
        match &self.0 {
            Kind::Given(names) => names,
            Kind::Room { room, used } => room.get(..*used).unwrap_or_default(),
            #[cfg(feature = "alloc")]
            Kind::Growing(names) => names,
        }
    }

    /// The object with this class and name. The current association is always there, at 0xFA00.
    #[must_use]
    pub fn find(&self, class_id: u16, logical_name: ObisCode) -> Option<ShortName> {
        let is = |name: &&ShortName| name.class_id == class_id && name.logical_name == logical_name;
        let current = || ShortName::new(12, 1, CURRENT_ASSOCIATION, 0xfa00);
        let found = self.names().iter().find(is).copied();
        found.or_else(|| Some(current()).filter(|current| is(&current)))
    }

    /// Adds an object; where it is known already, its base name is replaced and its methods stay where they are.
    /// Returns whether there was room.
    pub fn insert(&mut self, name: ShortName) -> bool {
        let is = |known: &&mut ShortName| {
            known.class_id == name.class_id && known.logical_name == name.logical_name
        };
        let known = match &mut self.0 {
            Kind::Given(_) => return false,
            Kind::Room { room, used } => room.iter_mut().take(*used).find(is),
            #[cfg(feature = "alloc")]
            Kind::Growing(names) => names.iter_mut().find(is),
        };
        if let Some(known) = known {
            known.base_name = name.base_name;
            return true;
        }
        match &mut self.0 {
            Kind::Given(_) => false,
            Kind::Room { room, used } => match room.get_mut(*used) {
                Some(free) => {
                    *free = name;
                    *used = used.saturating_add(1);
                    true
                }
                None => false,
            },
            #[cfg(feature = "alloc")]
            Kind::Growing(names) => {
                names.push(name);
                true
            }
        }
    }

    /// Whether the meter is to be asked.
    pub(in crate::client) const fn learns(&self) -> bool {
        !matches!(self.0, Kind::Given(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use obis::obis;
    use std::boxed::Box;

    const ENERGY: ObisCode = obis!("1-0:1.8.0.255");

    #[test]
    fn a_table_in_a_room_is_full_at_some_time() {
        let mut table = NameTable::in_room(Box::leak(Box::new([ShortName::FREE; 2])));
        assert!(table.insert(ShortName::new(3, 0, ENERGY, 0x100)));
        assert!(table.insert(ShortName::new(4, 0, ENERGY, 0x200)));
        assert!(!table.insert(ShortName::new(1, 0, ENERGY, 0x300)));
        // What is known moves.
        assert!(table.insert(ShortName::new(3, 0, ENERGY, 0x400)));
        let energy = table.find(3, ENERGY).unwrap();
        assert_eq!(energy.of_member(Member::Attribute(2)), Some(0x408));
        assert_eq!(energy.of_member(Member::Method(1)), Some(0x428));
        assert_eq!(table.find(1, ENERGY), None);
        assert_eq!(table.names().len(), 2);
    }

    #[test]
    fn the_current_association_is_known_from_the_start() {
        let table = NameTable::given(&[]);
        let current = table.find(12, CURRENT_ASSOCIATION).unwrap();
        assert_eq!(current.of_member(Member::Attribute(2)), Some(0xfa08));
        assert_eq!(current.of_member(Member::Method(8)), Some(0xfa58));
        assert_eq!(table.find(15, CURRENT_ASSOCIATION), None);
    }

    #[test]
    fn a_short_name_has_sixteen_bits() {
        let name = ShortName { methods: 0, ..ShortName::new(3, 0, ENERGY, 0xfff8) };
        assert_eq!(name.of_member(Member::Attribute(1)), Some(0xfff8));
        assert_eq!(name.of_member(Member::Attribute(2)), None);
        assert_eq!(name.of_member(Member::Method(1)), None);
    }
}
