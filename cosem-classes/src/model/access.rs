use dlms_core::apdu::{AttributeDescriptor, MethodDescriptor};

use super::ClassInfo;
use crate::octet_enum::octet_enum;

/// What a client may do with an attribute or method, and the protection it takes: the access mode bits of
/// Association LN version 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct AccessMode(pub u8);

impl AccessMode {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Read an attribute, or invoke a method.
    pub const READ: Self = Self(0x01);
    /// Invoke a method.
    pub const INVOKE: Self = Self(0x01);
    /// Write an attribute.
    pub const WRITE: Self = Self(0x02);
    /// Read and write an attribute.
    pub const READ_WRITE: Self = Self(0x03);
    /// The request has to be authenticated.
    pub const AUTHENTICATED_REQUEST: Self = Self(0x04);
    /// The request has to be encrypted.
    pub const ENCRYPTED_REQUEST: Self = Self(0x08);
    /// The request has to be signed.
    pub const SIGNED_REQUEST: Self = Self(0x10);
    /// The response will be authenticated.
    pub const AUTHENTICATED_RESPONSE: Self = Self(0x20);
    /// The response will be encrypted.
    pub const ENCRYPTED_RESPONSE: Self = Self(0x40);
    /// The response will be signed.
    pub const SIGNED_RESPONSE: Self = Self(0x80);

    /// The bits of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the attribute may be read.
    #[must_use]
    pub const fn readable(self) -> bool {
        self.contains(Self::READ)
    }

    /// Whether the attribute may be written.
    #[must_use]
    pub const fn writable(self) -> bool {
        self.contains(Self::WRITE)
    }

    /// Whether the method may be invoked.
    #[must_use]
    pub const fn invocable(self) -> bool {
        self.contains(Self::INVOKE)
    }

    /// The access mode of an attribute in versions 0 to 2: 0 no access … 6 authenticated read and write.
    #[must_use]
    pub const fn attribute_mode_v0(self) -> u8 {
        let rights = self.0 & 0x03;
        if rights != 0 && self.contains(Self::AUTHENTICATED_REQUEST) { rights + 3 } else { rights }
    }

    /// The access mode of a method in versions 1 and 2: no access, access, authenticated access.
    #[must_use]
    pub const fn method_mode_v1(self) -> u8 {
        let allowed = self.0 & 0x01;
        if allowed != 0 && self.contains(Self::AUTHENTICATED_REQUEST) { 2 } else { allowed }
    }
}

octet_enum!(AccessMode "access mode");

/// Who may do what: rights belong to the association, not to the object.
pub trait AccessRights {
    /// What the client at SAP `client` may do with an attribute. By default what the class allows, but not
    /// to write.
    fn attribute(&self, client: u16, class: &ClassInfo, attribute: &AttributeDescriptor) -> AccessMode {
        let _ = client;
        match class.attribute(attribute.id) {
            Some(_) => AccessMode::READ,
            None => AccessMode::NONE,
        }
    }

    /// Whether the client at SAP `client` may invoke a method. By default not.
    fn method(&self, client: u16, class: &ClassInfo, method: &MethodDescriptor) -> AccessMode {
        let _ = (client, class, method);
        AccessMode::NONE
    }
}

impl<R: AccessRights + ?Sized> AccessRights for &R {
    fn attribute(&self, client: u16, class: &ClassInfo, attribute: &AttributeDescriptor) -> AccessMode {
        (**self).attribute(client, class, attribute)
    }
    fn method(&self, client: u16, class: &ClassInfo, method: &MethodDescriptor) -> AccessMode {
        (**self).method(client, class, method)
    }
}

/// Everyone may read everything, nobody may do more.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOnly;
impl AccessRights for ReadOnly {}

/// Everyone may do everything that a class allows: for tests and examples.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unrestricted;
impl AccessRights for Unrestricted {
    fn attribute(&self, _: u16, class: &ClassInfo, attribute: &AttributeDescriptor) -> AccessMode {
        match class.attribute(attribute.id) {
            Some(info) if info.writable => AccessMode::READ_WRITE,
            Some(_) => AccessMode::READ,
            None => AccessMode::NONE,
        }
    }
    fn method(&self, _: u16, class: &ClassInfo, method: &MethodDescriptor) -> AccessMode {
        class.method(method.id).map_or(AccessMode::NONE, |_| AccessMode::INVOKE)
    }
}
