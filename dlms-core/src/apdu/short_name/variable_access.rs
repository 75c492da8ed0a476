use super::super::{SelectiveAccess, tag};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};

/// What to read or write: Variable-Access-Specification. Short names are the bit pattern of the standard's
/// Integer16, as in `0xFA00`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum VariableAccessSpecification<'a> {
    /// All of a variable.
    VariableName(u16),
    /// A part of a variable, or a method with its parameters.
    ParameterizedAccess {
        /// The short name.
        variable_name: u16,
        /// Which part.
        selection: SelectiveAccess<'a>,
    },
    /// The block after the one with this number.
    BlockNumberAccess(u16),
    /// A part of a long read request.
    ReadDataBlockAccess {
        /// Whether it is the last one.
        last_block: bool,
        /// Its number; the first is 1.
        block_number: u16,
        /// The octets of this part.
        raw_data: &'a [u8],
    },
    /// A part of a long write request; its octets are the octet-string written to it.
    WriteDataBlockAccess {
        /// Whether it is the last one.
        last_block: bool,
        /// Its number; the first is 1.
        block_number: u16,
    },
}

impl Encode for VariableAccessSpecification<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::VariableName(name) => {
                w.u8(2);
                w.u16(*name);
            }
            Self::ParameterizedAccess { variable_name, selection } => {
                w.u8(4);
                w.u16(*variable_name);
                selection.encode(w);
            }
            Self::BlockNumberAccess(block_number) => {
                w.u8(5);
                w.u16(*block_number);
            }
            Self::ReadDataBlockAccess { last_block, block_number, raw_data } => {
                w.array([6, u8::from(*last_block)]);
                w.u16(*block_number);
                w.octets(raw_data);
            }
            Self::WriteDataBlockAccess { last_block, block_number } => {
                w.array([7, u8::from(*last_block)]);
                w.u16(*block_number);
            }
        }
    }
}

impl<'a> Decode<'a> for VariableAccessSpecification<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let offset = r.offset();
        Ok(match r.u8()? {
            2 => Self::VariableName(r.u16()?),
            4 => Self::ParameterizedAccess { variable_name: r.u16()?, selection: Decode::decode(r)? },
            5 => Self::BlockNumberAccess(r.u16()?),
            6 => Self::ReadDataBlockAccess {
                last_block: r.u8()? != 0,
                block_number: r.u16()?,
                raw_data: r.octets()?,
            },
            7 => Self::WriteDataBlockAccess { last_block: r.u8()? != 0, block_number: r.u16()? },
            other => return Err(tag::unknown(other, offset)),
        })
    }
}
