use obis::ObisCode;

use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};
use crate::data::Data;

/// The name of an attribute: Cosem-Attribute-Descriptor, 9 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeDescriptor {
    /// The interface class.
    pub class_id: u16,
    /// The object.
    pub logical_name: ObisCode,
    /// The attribute; 0 stands for all of them, negative ones are the manufacturer's.
    pub id: i8,
}

impl AttributeDescriptor {
    /// The attribute with these coordinates.
    #[must_use]
    pub const fn new(class_id: u16, logical_name: ObisCode, id: i8) -> Self {
        Self { class_id, logical_name, id }
    }
}

/// The name of a method: Cosem-Method-Descriptor, 9 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MethodDescriptor {
    /// The interface class.
    pub class_id: u16,
    /// The object.
    pub logical_name: ObisCode,
    /// The method.
    pub id: i8,
}

impl MethodDescriptor {
    /// The method with these coordinates.
    #[must_use]
    pub const fn new(class_id: u16, logical_name: ObisCode, id: i8) -> Self {
        Self { class_id, logical_name, id }
    }
}

macro_rules! descriptor {
    ($($name:ident),*) => {$(
        impl Encode for $name {
            fn encode(&self, w: &mut Writer<'_>) {
                w.u16(self.class_id);
                w.array(self.logical_name.to_octets());
                w.array(self.id.to_be_bytes());
            }
        }
        impl<'a> Decode<'a> for $name {
            fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
                Ok(Self {
                    class_id: r.u16()?,
                    logical_name: ObisCode::from_octets(r.array()?),
                    id: i8::from_be_bytes(r.array()?),
                })
            }
        }
    )*};
}
descriptor!(AttributeDescriptor, MethodDescriptor);

/// Which part of an attribute is meant: Selective-Access-Descriptor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelectiveAccess<'a> {
    /// The selector, as the class defines it.
    pub selector: u8,
    /// Its parameters.
    pub parameters: Data<'a>,
}

impl Encode for SelectiveAccess<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(self.selector);
        self.parameters.encode(w);
    }
}

impl<'a> Decode<'a> for SelectiveAccess<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { selector: r.u8()?, parameters: Data::decode(r)? })
    }
}

/// An OPTIONAL component: its presence octet, then the value.
impl<T: Encode> Encode for Option<T> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.presence(self.is_some());
        if let Some(value) = self {
            value.encode(w);
        }
    }
}

/// An OPTIONAL component: its presence octet, then the value.
impl<'a, T: Decode<'a>> Decode<'a> for Option<T> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        r.presence()?.then(|| T::decode(r)).transpose()
    }
}
