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
            #[inline]
            fn encode(&self, w: &mut Writer<'_>) {
                let [a, b] = self.class_id.to_be_bytes();
                let [c, d, e, f, g, h] = self.logical_name.to_octets();
                // Eight octets go through one register.
                w.array([a, b, c, d, e, f, g, h]);
                w.array(self.id.to_be_bytes());
            }
        }
        impl<'a> Decode<'a> for $name {
            #[inline]
            fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
                let [a, b, c, d, e, f, g, h, i] = r.array()?;
                Ok(Self {
                    class_id: u16::from_be_bytes([a, b]),
                    logical_name: ObisCode::from_octets([c, d, e, f, g, h]),
                    id: i8::from_be_bytes([i]),
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

/// An attribute, and which part of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttributeSelection<'a> {
    /// Which attribute.
    pub attribute: AttributeDescriptor,
    /// Which part of it, if not all.
    pub selection: Option<SelectiveAccess<'a>>,
}

impl<'a> AttributeSelection<'a> {
    /// All of an attribute.
    #[must_use]
    pub const fn whole(attribute: AttributeDescriptor) -> Self {
        Self { attribute, selection: None }
    }

    /// A part of an attribute.
    #[must_use]
    pub const fn part(attribute: AttributeDescriptor, selection: SelectiveAccess<'a>) -> Self {
        Self { attribute, selection: Some(selection) }
    }
}

impl Encode for AttributeSelection<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        self.attribute.encode(w);
        self.selection.encode(w);
    }
}

impl<'a> Decode<'a> for AttributeSelection<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { attribute: Decode::decode(r)?, selection: Decode::decode(r)? })
    }
}

/// An OPTIONAL component: its presence octet, then the value.
impl<T: Encode> Encode for Option<T> {
    #[inline]
    fn encode(&self, w: &mut Writer<'_>) {
        w.presence(self.is_some());
        if let Some(value) = self {
            value.encode(w);
        }
    }
}

/// An OPTIONAL component: its presence octet, then the value.
impl<'a, T: Decode<'a>> Decode<'a> for Option<T> {
    #[inline]
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        r.presence()?.then(|| T::decode(r)).transpose()
    }
}
