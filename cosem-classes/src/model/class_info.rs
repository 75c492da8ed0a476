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
    /// Offset of the first method from the base name, for short-name referencing; 0: none.
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
}

/// An interface class, as a type.
pub trait Class {
    /// Its table.
    const INFO: ClassInfo;
}
