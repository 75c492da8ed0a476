//! A load profile as any meter may send it: whatever comes, the reading ends within its limits, and the rows do not depend
//! on how the octets were cut.
#![no_main]

use cosem_classes::model::CaptureObject;
use dlms::client::profile::{ProfileReader, ReadingOptions, Request, WantedRows};
use dlms::client::{ClientError, Refusal};
use dlms_core::apdu::{AttributeDescriptor, DataAccessResult};
use dlms_core::codec::{Decode, Encode};
use dlms_core::data::{Data, DataBuf};
use libfuzzer_sys::fuzz_target;
use obis::{ObisCode, obis};

const PROFILE: ObisCode = obis!("1-0:99.1.0.255");
const MAX_ROWS: u32 = 200;
/// Requests that one reading may take: finding a row among four thousand million, and the rest.
const REQUESTS: usize = 100;

/// What the first octets say: the profile, and what is wanted of it.
#[derive(Clone, Copy)]
struct Setting {
    kind: u8,
    columns: u8,
    piece: usize,
}

fuzz_target!(|input: &[u8]| {
    let Some(([kind, columns, piece], octets)) = input.split_first_chunk() else { return };
    let setting = Setting { kind: *kind, columns: *columns, piece: usize::from(*piece).max(1) };
    let (whole, ended) = read(setting, octets, usize::MAX);
    let (cut, ended_cut) = read(setting, octets, setting.piece);
    assert_eq!(ended.is_ok(), ended_cut.is_ok(), "{ended:?} {ended_cut:?}");
    if ended.is_ok() {
        assert_eq!(whole, cut);
    } else {
        // What was wrong may show before or after the rows that were whole.
        let common = whole.len().min(cut.len());
        assert_eq!(whole[..common], cut[..common]);
    }
});

type Rows = Vec<Vec<u8>>;

/// Reads a profile whose buffer is always these octets, in pieces; the rows, and how it ended.
fn read(setting: Setting, octets: &[u8], piece: usize) -> (Rows, Result<(), ClientError>) {
    let wanted = match setting.kind & 0x03 {
        0 => WantedRows::All,
        1 => WantedRows::Entries { first: u32::from(setting.kind >> 4), last: u32::from(setting.columns) },
        2 => WantedRows::Entries { first: 3, last: 0 },
        _ => {
            let day = dlms_core::data::Date::from_days_since_epoch(19_723);
            WantedRows::Within(dlms::client::profile::TimeRange::days(day, day))
        }
    };
    let options = ReadingOptions {
        selective_access: setting.kind & 0x04 != 0,
        deviation_reversed: setting.kind & 0x08 != 0,
        max_rows: MAX_ROWS,
        max_row_octets: 500,
    };
    let mut reader = ProfileReader::new(PROFILE, wanted).with_options(options);
    if setting.columns & 0x80 != 0 {
        reader = reader.with_columns(1..=1);
    }
    let mut rows = Rows::new();
    let ended = answer(setting, octets, piece, &mut reader, &mut rows);
    assert!(rows.len() <= MAX_ROWS as usize);
    (rows, ended)
}

fn answer(
    setting: Setting,
    octets: &[u8],
    piece: usize,
    reader: &mut ProfileReader,
    rows: &mut Rows,
) -> Result<(), ClientError> {
    for _ in 0..REQUESTS {
        match reader.next_request()? {
            None => return Ok(()),
            Some(Request::Attributes(attributes)) => {
                for attribute in attributes.to_vec() {
                    let value = value(setting, attribute);
                    reader.handle_answer(value.as_ref().map(DataBuf::as_data).map_err(|no| *no))?;
                }
            }
            Some(Request::Rows(_, Some(_))) if setting.kind & 0x40 != 0 => {
                reader.handle_end(Err(Refusal::DataAccess(DataAccessResult::ReadWriteDenied)))?;
            }
            Some(Request::Rows(..)) => {
                for part in octets.chunks(piece) {
                    reader.handle_octets(part);
                    take(reader, rows)?;
                }
                reader.handle_end(Ok(()))?;
                take(reader, rows)?;
            }
        }
    }
    panic!("it asks without end");
}

fn take(reader: &mut ProfileReader, rows: &mut Rows) -> Result<(), ClientError> {
    while let Some(row) = reader.next_row()? {
        assert_eq!(row.values().count(), row.columns().len());
        let mut encoded = Vec::new();
        for (column, value) in row.values().enumerate() {
            let octets = value.encode_to_vec();
            assert!(Data::from_bytes(&octets).is_ok());
            assert_eq!(row.value(column).map(|value| value.encode_to_vec()), Some(octets.clone()));
            let _ = (row.scaled(column), row.number(column));
            encoded.extend(octets);
        }
        let _ = row.timestamp();
        rows.push(encoded);
    }
    Ok(())
}

fn value(setting: Setting, attribute: AttributeDescriptor) -> Result<DataBuf, DataAccessResult> {
    let value = match (attribute.class_id, attribute.id) {
        (7, 3) => {
            let columns = [
                AttributeDescriptor::new(8, obis!("0-0:1.0.0.255"), 2),
                AttributeDescriptor::new(3, obis!("1-0:1.8.0.255"), 2),
                AttributeDescriptor::new(1, obis!("0-0:96.10.1.255"), 2),
            ];
            let skip = usize::from(setting.kind & 0x80 != 0);
            let count = usize::from(setting.columns & 0x03);
            let columns: Vec<_> = columns.iter().cycle().skip(skip).take(count).collect();
            let mut octets = vec![1, u8::try_from(columns.len()).unwrap_or(0)];
            for column in columns {
                octets.extend(CaptureObject::whole(*column).encode_to_vec());
            }
            return DataBuf::from_vec(octets).map_err(|_| DataAccessResult::OtherReason);
        }
        (7, 4) => Data::DoubleLongUnsigned(u32::from(setting.columns & 0x0c) * 225),
        (7, 5) => Data::Enum(setting.columns >> 4 & 0x07),
        (7, 7) => Data::DoubleLongUnsigned(u32::from(setting.columns)),
        (3, 3) => {
            return DataBuf::from_vec(vec![2, 2, 0x0f, 0xfd, 0x16, 30])
                .map_err(|_| DataAccessResult::OtherReason);
        }
        _ => return Err(DataAccessResult::ObjectUndefined),
    };
    Ok(DataBuf::from(value))
}
