//! Meters that choose rows by time, by number only, or not at all: the rows are the same.

use cosem_classes::model::CaptureObject;
use cosem_classes::profile_generic::{EntryDescriptor, RangeDescriptor, Selection};
use cosem_classes::security_setup::SecurityKeyId;
use dlms::client::image::{ImageOptions, ImageProgress};
use dlms::client::{Negotiated, Refusal, Statistics};
use dlms_core::apdu::{
    AttributeDescriptor, AttributeSelection, Conformance, DataAccessResult, MethodDescriptor, SelectiveAccess,
};
use dlms_core::codec::{Encode, Writer};
use dlms_core::data::{Data, DataBuf, DateTime, Deviation, tag};
use dlms_io::blocking::Error;
use dlms_io::{Observer, Traffic};
use dlms_security::{AlgorithmIds, PublicKey};
use obis::{ObisCode, obis};

use super::{Profile, TimeBound, TimeRange, read};
use crate::connection::Provider;
use crate::moment::Moment;
use crate::session::{Answer, Peer, Session};

const PROFILE: ObisCode = obis!("1-0:99.1.0.255");
const CLOCK: AttributeDescriptor = AttributeDescriptor::new(8, obis!("0-0:1.0.0.255"), 2);
const ENERGY: AttributeDescriptor = AttributeDescriptor::new(3, obis!("1-0:1.8.0.255"), 2);
const COLUMNS: [CaptureObject; 2] = [CaptureObject::whole(CLOCK), CaptureObject::whole(ENERGY)];
/// 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600;
const PERIOD: i64 = 900;
const ROWS: u32 = 500;

/// A meter with a load profile.
struct MadeUp {
    /// Selectors it knows.
    selectors: &'static [u8],
    newest_first: bool,
    requests: u32,
}

impl MadeUp {
    /// The values of a row, one after the other.
    fn row(&self, number: u32) -> Vec<u8> {
        let number = if self.newest_first { ROWS - 1 - number } else { number };
        let time = DateTime::from_utc_seconds(BEGIN + i64::from(number) * PERIOD, Deviation(-60));
        let mut row = Data::OctetString(&time.to_octets()).encode_to_vec();
        row.extend(Data::DoubleLongUnsigned(number).encode_to_vec());
        row
    }

    fn buffer(&self, part: Option<&SelectiveAccess<'_>>) -> Result<DataBuf, DataAccessResult> {
        if part.is_some_and(|part| !self.selectors.contains(&part.selector)) {
            return Err(DataAccessResult::OtherReason);
        }
        let selection = Selection::new(part, &COLUMNS)?;
        let matches = |row| Ok::<_, DataAccessResult>(selection.contains(&self.row(row)));
        let rows = selection.rows(0, ROWS, matches)?;
        let chosen: Vec<_> =
            (rows.first..rows.end).filter(|row| selection.contains(&self.row(*row))).collect();
        let mut room = vec![0; 64 * (chosen.len() + 1)];
        let mut w = Writer::new(&mut room);
        w.u8(tag::ARRAY);
        w.length(chosen.len());
        for row in chosen {
            selection.write(&self.row(row), &mut w);
        }
        Ok(DataBuf::from_vec(w.finish().unwrap().to_vec()).unwrap())
    }

    fn value(&self, attribute: AttributeDescriptor, part: Option<&SelectiveAccess<'_>>) -> Answer {
        match (attribute.class_id, attribute.id) {
            (7, 2) => self.buffer(part),
            (7, 3) => {
                let mut columns = vec![tag::ARRAY, 2];
                COLUMNS.iter().for_each(|column| columns.extend(column.encode_to_vec()));
                Ok(DataBuf::from_vec(columns).unwrap())
            }
            (7, 4) => Ok(DataBuf::from(Data::DoubleLongUnsigned(900))),
            (7, 5) => Ok(DataBuf::from(Data::Enum(if self.newest_first { 2 } else { 1 }))),
            (7, 7) => Ok(DataBuf::from(Data::DoubleLongUnsigned(ROWS))),
            (8, 2) => {
                let now = DateTime::from_utc_seconds(BEGIN, Deviation(-60)).to_octets();
                Ok(DataBuf::from(Data::OctetString(&now)))
            }
            _ => Err(DataAccessResult::ObjectUndefined),
        }
    }
}

impl Peer for MadeUp {
    fn observe(&mut self, _: Box<dyn Observer + Send>) {}

    fn set_habits(&mut self, _: dlms_io::Habits) {}

    fn associate(&mut self) -> Result<Negotiated, Error> {
        Ok(negotiated())
    }

    fn release(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn get(
        &mut self,
        attribute: AttributeDescriptor,
        part: Option<&SelectiveAccess<'_>>,
    ) -> Result<DataBuf, Error> {
        self.requests += 1;
        let refused = |result| Error::Client(Refusal::DataAccess(result).into());
        self.value(attribute, part).map_err(refused)
    }

    fn get_list(&mut self, attributes: &[AttributeSelection<'_>]) -> Result<Vec<Answer>, Error> {
        self.requests += 1;
        Ok(attributes.iter().map(|one| self.value(one.attribute, one.selection.as_ref())).collect())
    }

    fn access(&mut self, attributes: &[AttributeDescriptor]) -> Result<Vec<Answer>, Error> {
        self.requests += 1;
        Ok(attributes.iter().map(|one| self.value(*one, None)).collect())
    }

    fn set(&mut self, _: AttributeDescriptor, _: &DataBuf) -> Result<(), Error> {
        Err(Error::Client(Refusal::DataAccess(DataAccessResult::ReadWriteDenied).into()))
    }

    fn invoke(&mut self, _: MethodDescriptor, _: &DataBuf) -> Result<DataBuf, Error> {
        Err(Error::Client(Refusal::DataAccess(DataAccessResult::ReadWriteDenied).into()))
    }

    fn transfer_image(
        &mut self,
        _: ObisCode,
        _: &[u8],
        _: &[u8],
        _: ImageOptions,
        _: &mut dyn FnMut(ImageProgress),
    ) -> Result<ImageProgress, Error> {
        Err(Error::Client(Refusal::DataAccess(DataAccessResult::ObjectUndefined).into()))
    }

    fn transfer_keys(&mut self, _: ObisCode, _: &[(SecurityKeyId, &[u8])]) -> Result<(), Error> {
        Err(Error::Client(Refusal::DataAccess(DataAccessResult::ObjectUndefined).into()))
    }

    fn agree_keys(
        &mut self,
        _: ObisCode,
        _: &[SecurityKeyId],
        _: AlgorithmIds,
        _: &PublicKey,
    ) -> Result<(), Error> {
        Err(Error::Client(Refusal::DataAccess(DataAccessResult::ObjectUndefined).into()))
    }

    fn crypto(&mut self) -> &mut Provider {
        panic!("nothing is ciphered")
    }

    fn statistics(&self) -> Statistics {
        Statistics { round_trips: self.requests, ..Statistics::default() }
    }

    fn traffic(&self) -> Traffic {
        Traffic::default()
    }
}

fn negotiated() -> Negotiated {
    Negotiated {
        conformance: Conformance::GET | Conformance::SELECTIVE_ACCESS | Conformance::MULTIPLE_REFERENCES,
        server_max_receive_pdu_size: 1024,
        dlms_version: 6,
        server_title: None,
    }
}

/// What a meter that knows these selectors gives, and how often it was asked.
fn ask(selectors: &'static [u8], newest_first: bool, from: &str, to: &str) -> (Profile, u32) {
    let moment = |text: &str| text.parse::<Moment>().ok().map(TimeBound::from);
    let wanted = TimeRange { from: moment(from), to: moment(to) };
    let peer = MadeUp { selectors, newest_first, requests: 0 };
    let mut session = Session::with_peer(Box::new(peer), negotiated());
    let profile = read(&mut session, PROFILE, wanted.into(), None).unwrap();
    (profile, session.statistics().round_trips)
}

fn numbers(profile: &Profile) -> Vec<i128> {
    profile.rows.iter().map(|row| row[1].as_data().as_integer().unwrap()).collect()
}

const ALL: &[u8] = &[RangeDescriptor::SELECTOR, EntryDescriptor::SELECTOR];
const BY_NUMBER: &[u8] = &[EntryDescriptor::SELECTOR];

#[test]
fn every_meter_gives_the_rows_of_a_time() {
    for selectors in [ALL, BY_NUMBER, &[]] {
        for newest_first in [false, true] {
            // From the 8th row, a moment between two rows, up to and with the 20th.
            let (profile, _) = ask(selectors, newest_first, "2026-01-01T01:50:00Z", "2026-01-01T05:00:00Z");
            let mut wanted: Vec<_> = (8..=20).collect();
            if newest_first {
                wanted.reverse();
            }
            assert_eq!(numbers(&profile), wanted, "{selectors:?}, newest first: {newest_first}");
        }
    }
}

#[test]
fn a_day_is_one_of_the_meters_clock() {
    for selectors in [ALL, BY_NUMBER, &[]] {
        let (profile, _) = ask(selectors, false, "2026-01-02", "2026-01-02");
        // The clock is an hour ahead of UTC.
        assert_eq!(numbers(&profile), (92..=187).collect::<Vec<_>>(), "{selectors:?}");
    }
}

#[test]
fn ends_may_be_open_or_beyond_all_rows() {
    for selectors in [ALL, BY_NUMBER, &[]] {
        let count = |from, to| numbers(&ask(selectors, false, from, to).0).len();
        assert_eq!(count("2026-01-01T01:00:00Z", ""), 496, "{selectors:?}");
        assert_eq!(count("", "2026-01-01T01:00:00Z"), 5, "{selectors:?}");
        assert_eq!(count("2030-01-01", "2030-01-02"), 0, "{selectors:?}");
        assert_eq!(count("2020-01-01", "2020-01-02"), 0, "{selectors:?}");
    }
}

#[test]
fn rows_are_looked_for_in_few_requests() {
    let (_, by_time) = ask(ALL, false, "2026-01-02", "2026-01-02");
    let (_, by_number) = ask(BY_NUMBER, false, "2026-01-02", "2026-01-02");
    assert!(by_time <= 4, "{by_time}");
    assert!(by_number <= 4 + 1 + 2 + 2 * 9 + 1, "{by_number}");
}
