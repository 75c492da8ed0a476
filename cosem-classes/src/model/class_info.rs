use super::Member;

/// Who changes an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Storage {
    /// Clients and configuration only.
    Static,
    /// The device itself.
    Dynamic,
}

/// A row of a class's table: an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct AttributeInfo {
    /// Its number.
    pub id: i8,
    /// Its name in the Blue Book.
    pub name: &'static str,
    /// Who changes it.
    pub storage: Storage,
    /// Whether the class lets a client write it, rights given.
    pub writable: bool,
    /// What selective access it has.
    pub selectors: &'static [u8],
}

/// A row of a class's table: a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MethodInfo {
    /// Its number.
    pub id: i8,
    /// Its name in the Blue Book.
    pub name: &'static str,
}

/// The table of an interface class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ClassInfo {
    /// class_id.
    pub id: u16,
    /// version.
    pub version: u8,
    /// Its name in the Blue Book.
    pub name: &'static str,
    /// Offset of method number 1 from the base name, for short-name referencing; 0: none.
    pub short_name_methods: u16,
    /// Attributes, `logical_name` first.
    pub attributes: &'static [AttributeInfo],
    /// Methods.
    pub methods: &'static [MethodInfo],
}

impl ClassInfo {
    /// The attribute with this number.
    #[must_use]
    pub fn attribute(&self, id: i8) -> Option<&'static AttributeInfo> {
        self.attributes.iter().find(|a| a.id == id)
    }

    /// The method with this number.
    #[must_use]
    pub fn method(&self, id: i8) -> Option<&'static MethodInfo> {
        self.methods.iter().find(|m| m.id == id)
    }

    /// What is `offset` after the base name, for short-name referencing.
    #[must_use]
    pub fn member_at(&self, offset: u16) -> Option<Member> {
        let method = self.methods.iter().find(|m| self.offset_of(Member::Method(m.id)) == Some(offset));
        let attribute =
            self.attributes.iter().find(|a| self.offset_of(Member::Attribute(a.id)) == Some(offset));
        method.map(|m| Member::Method(m.id)).or(attribute.map(|a| Member::Attribute(a.id)))
    }

    /// How far after the base name an attribute or method is, for short-name referencing; nothing for what has no
    /// place there.
    #[must_use]
    pub fn offset_of(&self, member: Member) -> Option<u16> {
        member.offset((self.short_name_methods != 0).then_some(self.short_name_methods))
    }

    /// How many short names, from its base name on, an object takes up.
    #[must_use]
    pub fn short_names(&self) -> u16 {
        let attributes = self.attributes.iter().map(|a| Member::Attribute(a.id));
        let methods = self.methods.iter().map(|m| Member::Method(m.id));
        let offsets = attributes.chain(methods).filter_map(|member| self.offset_of(member));
        offsets.max().map_or(0, |last| last.saturating_add(Member::STEP))
    }
}

/// An interface class, as a type.
pub trait Class {
    /// Its table.
    const INFO: ClassInfo;
}
