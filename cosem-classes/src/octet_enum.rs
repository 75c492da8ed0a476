/// An octet that travels as an enum and is no list of codes: bits, or a number that a companion standard defines.
macro_rules! octet_enum {
    ($type:ident $name:literal) => {
        impl ::dlms_core::data::DataType for $type {
            type View<'a> = Self;

            fn from_data(value: ::dlms_core::data::Data<'_>) -> Option<Self> {
                match value {
                    ::dlms_core::data::Data::Enum(octet) => Some(Self(octet)),
                    _ => None,
                }
            }
        }

        impl ::dlms_core::codec::Encode for $type {
            fn encode(&self, w: &mut ::dlms_core::codec::Writer<'_>) {
                ::dlms_core::data::Data::Enum(self.0).encode(w);
            }
        }

        impl<'a> ::dlms_core::codec::Decode<'a> for $type {
            fn decode(
                r: &mut ::dlms_core::codec::Reader<'a>,
            ) -> Result<Self, ::dlms_core::codec::DecodeError> {
                ::dlms_core::data::enum_code(r, $name).map(Self)
            }
        }
    };
}

pub(crate) use octet_enum;
