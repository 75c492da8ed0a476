use dlms_core::codec::Reader;

use super::{Record, RecordError, RecordErrorKind};

/// The items of a payload with data records; see [`records`].
#[derive(Debug, Clone)]
pub struct Records<'a> {
    rest: Reader<'a>,
    over: bool,
}

/// What stands in a payload with data records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item<'a> {
    /// A record.
    Record(Record<'a>),
    /// The rest of the payload is as the manufacturer pleases.
    Manufacturer {
        /// Where in the input it begins.
        offset: usize,
        /// The octets.
        data: &'a [u8],
        /// More records follow in the next message.
        more: bool,
    },
    /// All data are asked for.
    GlobalReadout,
}

/// The data records of a payload, in order. After an error there are no more: nothing tells where the next would begin.
#[must_use]
pub const fn records(payload: &[u8]) -> Records<'_> {
    Records { rest: Reader::new(payload), over: false }
}

const MANUFACTURER: u8 = 0x0f;
const MANUFACTURER_AND_MORE: u8 = 0x1f;
const FILLER: u8 = 0x2f;
const GLOBAL_READOUT: u8 = 0x7f;

impl<'a> Iterator for Records<'a> {
    type Item = Result<Item<'a>, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            let offset = self.rest.offset();
            let dif = self.rest.u8().ok()?;
            let item = match dif {
                FILLER => continue,
                MANUFACTURER | MANUFACTURER_AND_MORE => {
                    self.over = true;
                    let data = self.rest.rest();
                    Ok(Item::Manufacturer { offset, data, more: dif == MANUFACTURER_AND_MORE })
                }
                GLOBAL_READOUT => Ok(Item::GlobalReadout),
                dif if dif & 0x0f == 0x0f => Err(RecordErrorKind::Reserved(dif).at(offset)),
                dif => Record::decode(dif, &mut self.rest).map(Item::Record),
            };
            self.over |= item.is_err();
            return Some(item);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn special_items() {
        let all: Vec<_> = records(&[0x2f, 0x2f, 0x01, 0x13, 5, 0x7f, 0x2f, 0x1f, 1, 2]).collect();
        assert_eq!(all.len(), 3);
        assert!(matches!(all[0], Ok(Item::Record(record)) if record.offset == 2));
        assert_eq!(all[1], Ok(Item::GlobalReadout));
        assert_eq!(all[2], Ok(Item::Manufacturer { offset: 7, data: &[1, 2], more: true }));
    }

    #[test]
    fn the_first_error_is_the_last_item() {
        for (octets, kind, offset) in [
            (&[0x0c][..], RecordErrorKind::Truncated { missing: 1 }, 1),
            (&[0x3f, 1, 2], RecordErrorKind::Reserved(0x3f), 0),
            (&[0x0d, 0xfd, 0x0b, 0xff, 0x41], RecordErrorKind::VariableLength(0xff), 3),
            (&[0x0d, 0x13, 0xc9, 1], RecordErrorKind::Truncated { missing: 8 }, 3),
            (&[0x04, 0x7c, 0xff, 0x41], RecordErrorKind::Truncated { missing: 254 }, 3),
            (&[0xff; 3], RecordErrorKind::Reserved(0xff), 0),
        ] {
            let all: Vec<_> = records(octets).collect();
            assert_eq!(all, [Err(kind.at(offset))], "{octets:x?}");
        }
        let endless = [&[0x04][..], &[0xff; 14]].concat();
        let all: Vec<_> = records(&endless).collect();
        assert_eq!(all, [Err(RecordErrorKind::ValueExtensions.at(12))]);
    }
}
