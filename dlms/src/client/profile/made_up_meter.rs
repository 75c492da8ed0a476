//! Meters that choose rows by time, by number only, or not at all: the rows are the same.

use std::string::ToString;
use std::vec;
use std::vec::Vec;

use cosem_classes::model::CaptureObject;
use cosem_classes::profile_generic::{EntryDescriptor, RangeDescriptor, Selection};
use dlms_core::apdu::{AttributeDescriptor, DataAccessResult, SelectiveAccess};
use dlms_core::codec::{Encode, Writer};
use dlms_core::data::{Data, DataBuf, DateTime, Deviation, tag};
use obis::{ObisCode, obis};

use super::*;
use crate::client::{ClientError, Limit, Misbehaviour, Misuse, Refusal};

const PROFILE: ObisCode = obis!("1-0:99.1.0.255");
const ENERGY: CaptureObject = CaptureObject::whole(AttributeDescriptor::new(3, obis!("1-0:1.8.0.255"), 2));
const CLOCK: CaptureObject = CaptureObject::whole(AttributeDescriptor::new(8, obis!("0-0:1.0.0.255"), 2));
const STATUS: CaptureObject = CaptureObject::whole(AttributeDescriptor::new(1, obis!("0-0:96.10.1.255"), 2));
/// The clock is not the first of them.
const COLUMNS: [CaptureObject; 3] = [ENERGY, CLOCK, STATUS];
/// 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600;
const PERIOD: i64 = 900;
const ROWS: u32 = 500;

/// A meter with a load profile, an hour ahead of UTC.
#[derive(Clone, Copy)]
struct MadeUp {
    /// Selectors it knows.
    selectors: &'static [u8],
    chooses_columns: bool,
    newest_first: bool,
    reversed: bool,
    /// Octets of a block.
    block: usize,
    requests: u32,
}

const METER: MadeUp = MadeUp {
    selectors: &[RangeDescriptor::SELECTOR, EntryDescriptor::SELECTOR],
    chooses_columns: true,
    newest_first: false,
    reversed: false,
    block: 100,
    requests: 0,
};

impl MadeUp {
    fn time(self, number: u32) -> DateTime {
        let time = DateTime::from_utc_seconds(BEGIN + i64::from(number) * PERIOD, Deviation(-60));
        if self.reversed { DateTime { deviation: time.deviation.reversed(), ..time } } else { time }
    }

    fn row(self, number: u32) -> Vec<u8> {
        let number = if self.newest_first { ROWS - 1 - number } else { number };
        let mut row = Data::DoubleLongUnsigned(number).encode_to_vec();
        row.extend(Data::OctetString(&self.time(number).to_octets()).encode_to_vec());
        row.extend(Data::Unsigned(0).encode_to_vec());
        row
    }

    fn buffer(self, part: Option<&SelectiveAccess<'_>>) -> Result<Vec<u8>, DataAccessResult> {
        if part.is_some_and(|part| !self.selectors.contains(&part.selector)) {
            return Err(DataAccessResult::OtherReason);
        }
        let selection = Selection::new(part, &COLUMNS)?;
        let rows =
            selection.rows(0, ROWS, |row| Ok::<_, DataAccessResult>(selection.contains(&self.row(row))))?;
        let chosen: Vec<_> =
            (rows.first..rows.end).filter(|row| selection.contains(&self.row(*row))).collect();
        let mut room = vec![0; 64 * (chosen.len() + 1)];
        let mut w = Writer::new(&mut room);
        w.u8(tag::ARRAY);
        w.length(chosen.len());
        for row in chosen {
            let row = self.row(row);
            let start = w.len();
            selection.write(&row, &mut w);
            // It refuses what does not name all columns, as some do.
            if !self.chooses_columns && w.len() - start != row.len() + 2 {
                return Err(DataAccessResult::TypeUnmatched);
            }
        }
        Ok(w.finish().unwrap().to_vec())
    }

    fn value(self, attribute: AttributeDescriptor) -> Result<DataBuf, DataAccessResult> {
        match (attribute.class_id, attribute.id) {
            (7, 3) => {
                let mut columns = vec![tag::ARRAY, 3];
                COLUMNS.iter().for_each(|column| columns.extend(column.encode_to_vec()));
                Ok(DataBuf::from_vec(columns).unwrap())
            }
            (7, 4) => Ok(DataBuf::from(Data::DoubleLongUnsigned(900))),
            (7, 5) => Ok(DataBuf::from(Data::Enum(if self.newest_first { 2 } else { 1 }))),
            (7, 7) => Ok(DataBuf::from(Data::DoubleLongUnsigned(ROWS))),
            (8, 2) => Ok(DataBuf::from(Data::OctetString(&self.time(0).to_octets()))),
            (3, 3) => Ok(DataBuf::from_vec(vec![2, 2, 0x0f, 0xfd, 0x16, 30]).unwrap()),
            _ => Err(DataAccessResult::ObjectUndefined),
        }
    }

    /// Answers until there is nothing more to ask.
    fn read(&mut self, mut reader: ProfileReader) -> Result<(Vec<Row>, ProfileReader), ClientError> {
        let mut rows = Vec::new();
        loop {
            match reader.next_request()? {
                None => return Ok((rows, reader)),
                Some(Request::Attributes(attributes)) => {
                    self.requests += 1;
                    let attributes = attributes.to_vec();
                    for attribute in attributes {
                        let answer = self.value(attribute);
                        reader
                            .handle_answer(answer.as_ref().map(DataBuf::as_data).map_err(|result| *result))?;
                    }
                }
                Some(Request::Rows(_, part)) => {
                    self.requests += 1;
                    match self.buffer(part.as_ref()) {
                        Err(result) => reader.handle_end(Err(Refusal::DataAccess(result)))?,
                        Ok(buffer) => {
                            for block in buffer.chunks(self.block) {
                                reader.handle_octets(block);
                                while let Some(row) = reader.next_row()? {
                                    rows.push(row);
                                }
                            }
                            reader.handle_end(Ok(()))?;
                            while let Some(row) = reader.next_row()? {
                                rows.push(row);
                            }
                        }
                    }
                }
            }
        }
    }
}

fn meters() -> Vec<MadeUp> {
    let mut meters = Vec::new();
    for selectors in [METER.selectors, &[EntryDescriptor::SELECTOR], &[]] {
        for (newest_first, chooses_columns) in [(false, true), (true, true), (false, false)] {
            for (reversed, block) in [(false, 100), (true, 3)] {
                meters.push(MadeUp {
                    selectors,
                    newest_first,
                    chooses_columns,
                    reversed,
                    block,
                    requests: 0,
                });
            }
        }
    }
    meters
}

fn reader(meter: MadeUp, wanted: impl Into<WantedRows>) -> ProfileReader {
    let options = ReadingOptions { deviation_reversed: meter.reversed, ..ReadingOptions::default() };
    ProfileReader::new(PROFILE, wanted).with_options(options)
}

fn numbers(rows: &[Row], column: usize) -> Vec<u32> {
    rows.iter().map(|row| u32::try_from(row.value(column).unwrap().as_integer().unwrap()).unwrap()).collect()
}

fn at(seconds: i64) -> DateTime {
    DateTime::from_utc_seconds(BEGIN + seconds, Deviation(0))
}

#[test]
fn every_meter_gives_the_rows_of_a_time() {
    for mut meter in meters() {
        // From the 8th row, a moment between two rows, up to and with the 20th.
        let range = TimeRange::from(at(6_600)..=at(18_000));
        let (rows, _) = meter.read(reader(meter, range)).unwrap();
        let mut wanted: Vec<_> = (8..=20).collect();
        if meter.newest_first {
            wanted.reverse();
        }
        assert_eq!(numbers(&rows, 0), wanted);
        assert_eq!(rows[0].timestamp().unwrap().utc_seconds(), Some(BEGIN + i64::from(wanted[0]) * PERIOD));
        assert_eq!(rows[0].scaled(0).unwrap().to_string(), std::format!("0.{:03} Wh", wanted[0]));
        // Without the column with the times they have their times all the same.
        let (narrow, _) = meter.read(reader(meter, range).with_columns(1..=1)).unwrap();
        assert_eq!(numbers(&narrow, 0), wanted);
        assert!(
            narrow.iter().zip(&rows).all(|(a, b)| a.timestamp() == b.timestamp() && a.columns().len() == 1)
        );
    }
}

#[test]
fn a_day_is_one_of_the_meters_clock() {
    for mut meter in meters() {
        let day = at(86_400).date;
        let (rows, _) = meter.read(reader(meter, TimeRange::days(day, day))).unwrap();
        let mut numbers = numbers(&rows, 0);
        numbers.sort_unstable();
        assert_eq!(numbers, (92..=187).collect::<Vec<_>>());
    }
}

#[test]
fn ends_may_be_open_or_beyond_all_rows() {
    for mut meter in meters() {
        let mut count = |range: TimeRange| meter.read(reader(meter, range)).unwrap().0.len();
        assert_eq!(count((at(3_600)..).into()), 496);
        assert_eq!(count((..=at(3_600)).into()), 5);
        assert_eq!(count((at(100_000_000)..=at(100_100_000)).into()), 0);
        assert_eq!(count((at(-100_000)..=at(-1)).into()), 0);
    }
}

#[test]
fn rows_and_columns_are_chosen_by_number_of_every_meter() {
    for mut meter in meters() {
        let (rows, _) = meter.read(reader(meter, 11..=13u32).with_columns(1..=2)).unwrap();
        let (all, _) = meter.read(reader(meter, WantedRows::All)).unwrap();
        assert_eq!(all.len(), 500);
        assert_eq!(numbers(&rows, 0), numbers(&all[10..13], 0));
        assert!(rows.iter().all(|row| row.columns().len() == 2 && row.value(2).is_none()));
        assert_eq!(meter.read(reader(meter, 499..)).unwrap().0.len(), 2);
        let (status, _) = meter.read(reader(meter, WantedRows::All).with_columns(3..=3)).unwrap();
        assert_eq!(status.iter().map(|row| row.values().count()).sum::<usize>(), 500);
    }
}

#[test]
fn a_meter_that_is_not_to_be_asked_for_parts_is_read_whole() {
    let mut meter = METER;
    let options = ReadingOptions { selective_access: false, ..ReadingOptions::default() };
    let reader = |wanted: WantedRows| ProfileReader::new(PROFILE, wanted).with_options(options);
    let range = TimeRange::from(at(6_600)..=at(18_000));
    assert_eq!(numbers(&meter.read(reader(range.into())).unwrap().0, 0), (8..=20).collect::<Vec<_>>());
    let (rows, _) = meter.read(reader((3..=4).into()).with_columns(1..=1)).unwrap();
    assert_eq!(numbers(&rows, 0), [2, 3]);
}

#[test]
fn rows_are_found_in_few_requests_and_a_layout_is_read_once() {
    let range = TimeRange::from(at(86_400)..=at(172_800));
    let mut meter = METER;
    let (_, read) = meter.read(reader(meter, range)).unwrap();
    assert_eq!(meter.requests, 4);
    let layout = read.layout().unwrap().clone();
    meter.requests = 0;
    meter.read(reader(meter, range).with_layout(layout)).unwrap();
    assert_eq!(meter.requests, 2);
    let mut by_number = MadeUp { selectors: &[EntryDescriptor::SELECTOR], ..METER };
    by_number.read(reader(by_number, range)).unwrap();
    assert!(by_number.requests <= 4 + 1 + 2 + 2 * 9 + 1, "{}", by_number.requests);
}

#[test]
fn more_than_the_caller_takes_is_an_error() {
    let mut meter = METER;
    let options = ReadingOptions { max_rows: 499, ..ReadingOptions::default() };
    let error = meter.read(reader(meter, WantedRows::All).with_options(options)).unwrap_err();
    assert_eq!(error, ClientError::Limit(Limit::Rows(499)));
    let options = ReadingOptions { max_row_octets: 20, ..options };
    let error = meter.read(reader(meter, 1..=1).with_options(options)).unwrap_err();
    assert_eq!(error, ClientError::Limit(Limit::RowOctets(20)));
    let columns = meter.read(reader(meter, WantedRows::All).with_columns(4..=4)).unwrap_err();
    assert_eq!(columns, ClientError::Misuse(Misuse::NoSuchColumn { count: 3 }));
}

#[test]
fn rows_that_do_not_fit_the_columns_are_the_meters_fault() {
    let mut reader = reader(METER, WantedRows::All);
    reader.next_request().unwrap();
    for id in [3, 4, 5] {
        let value = METER.value(AttributeDescriptor::new(7, PROFILE, id)).unwrap();
        reader.handle_answer(Ok(value.as_data())).unwrap();
    }
    reader.next_request().unwrap();
    reader.handle_answer(Err(DataAccessResult::ObjectUndefined)).unwrap();
    assert!(matches!(reader.next_request(), Ok(Some(Request::Rows(_, None)))));
    // Two rows of different widths.
    reader.handle_octets(&[1, 2, 2, 3, 0, 0, 0, 2, 2, 0, 0]);
    assert!(reader.next_row().unwrap().is_some());
    let wide = Misbehaviour::RowWidth { expected: 3, found: 2 };
    assert_eq!(reader.next_row(), Err(ClientError::Misbehaviour(wide)));
}

#[test]
fn a_refusal_after_rows_came_is_no_reason_to_read_them_again() {
    let mut reader = ProfileReader::new(PROFILE, TimeRange::from(at(0)..));
    let mut asked = 0;
    loop {
        match reader.next_request().unwrap() {
            Some(Request::Attributes(attributes)) => {
                let attributes = attributes.to_vec();
                for attribute in attributes {
                    let answer = METER.value(attribute);
                    reader
                        .handle_answer(answer.as_ref().map(DataBuf::as_data).map_err(|result| *result))
                        .unwrap();
                }
            }
            Some(Request::Rows(_, part)) => {
                asked += 1;
                assert!(part.is_some());
                break;
            }
            None => panic!("rows are not asked for"),
        }
    }
    reader.handle_octets(&[1, 2, 2, 3]);
    let refusal = Refusal::DataAccess(DataAccessResult::OtherReason);
    assert_eq!(reader.handle_end(Err(refusal)), Err(ClientError::Refused(refusal)));
    assert_eq!(asked, 1);
}

#[test]
fn what_is_no_list_of_columns_is_the_meters_fault() {
    let mut reader = ProfileReader::new(PROFILE, WantedRows::All);
    reader.next_request().unwrap();
    reader.handle_answer(Ok(Data::Unsigned(1))).unwrap();
    reader.handle_answer(Ok(Data::NullData)).unwrap();
    assert_eq!(reader.handle_answer(Ok(Data::NullData)), Err(Misbehaviour::Columns.into()));
    assert_eq!(reader.handle_answer(Ok(Data::NullData)), Err(Misuse::NoResult.into()));
}
