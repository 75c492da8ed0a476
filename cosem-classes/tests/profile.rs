//! A profile: what clients select of it, how it is ordered, what they may set.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use cosem_classes::clock::Clock;
use cosem_classes::model::{CaptureObject, Effect, Instance, Object, Value};
use cosem_classes::profile_generic::{
    EntryDescriptor, ProfileGeneric, RangeDescriptorView, Ring, Serve, SortMethod, Storage, StorageError,
    StoredProfile,
};
use cosem_classes::register::Register;
use dlms_core::apdu::{ActionResult, DataAccessResult, SelectiveAccess};
use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::data::{ArrayView, Data, DateTime, Elements};
use obis::obis;

const TIME: CaptureObject = CaptureObject::whole(Clock::at(obis!("0-0:1.0.0.255")).time().descriptor());
const IMPORT: CaptureObject = CaptureObject::whole(Register::at(obis!("1-0:1.8.0.255")).value().descriptor());
const EXPORT: CaptureObject = CaptureObject::whole(Register::at(obis!("1-0:2.8.0.255")).value().descriptor());

type Profile = Instance<ProfileGeneric, StoredProfile<Ring<6, 24>, 3>>;

fn profile() -> Profile {
    Instance::new(obis!("1-0:99.1.0.255"), StoredProfile::new(Ring::new(), &[TIME, IMPORT, EXPORT], 900))
}

/// A row of `day` of January 2021, midnight, at no stated deviation.
fn capture(profile: &mut Profile, day: u8, import: i32) {
    let time = [0x07, 0xe5, 1, day, 0xff, 0, 0, 0, 0xff, 0x80, 0, 0];
    let mut out = [0; 24];
    let mut w = Writer::new(&mut out);
    Data::OctetString(&time).encode(&mut w);
    import.encode(&mut w);
    u16::from(day).encode(&mut w);
    profile.capture_target().unwrap().capture(w.finish().unwrap()).unwrap();
}

/// The rows that are selected, each as its values.
fn read(
    profile: &Profile,
    selection: Option<&SelectiveAccess<'_>>,
) -> Result<Vec<Vec<i128>>, DataAccessResult> {
    let Value::Rows(rows) = profile.get(2, selection, &mut Writer::new(&mut []))? else { panic!("no rows") };
    let mut read = Vec::new();
    for row in rows.first..rows.end {
        let mut out = [0; 40];
        let mut w = Writer::new(&mut out);
        profile.row(2, selection, row, &mut w)?;
        if w.is_empty() {
            continue;
        }
        let Data::Structure(values) = Data::from_bytes(w.finish().unwrap()).unwrap() else {
            panic!("no row")
        };
        let day = |value: &Data<'_>| value.as_date_time().map(|time| i128::from(time.date.day_of_month));
        read.push(values.iter().map(|value| value.as_integer().or(day(&value)).unwrap()).collect());
    }
    assert_eq!(read.len(), rows.count as usize);
    Ok(read)
}

fn days(profile: &Profile, selection: Option<&SelectiveAccess<'_>>) -> Vec<i128> {
    read(profile, selection).unwrap().iter().map(|row| row[0]).collect()
}

fn range<'a>(
    restricting_object: CaptureObject,
    from_value: Data<'a>,
    to_value: Data<'a>,
) -> RangeDescriptorView<'a> {
    let selected_values = ArrayView::new(Elements::new(0, &[]).unwrap());
    RangeDescriptorView { restricting_object, from_value, to_value, selected_values }
}

/// 1 to 5 January, import going up and down.
fn five_days() -> Profile {
    let mut profile = profile();
    for (day, import) in (1..).zip([30, -50, 10, 20, 40]) {
        capture(&mut profile, day, import);
    }
    profile
}

#[test]
fn a_range_of_time_is_asked_for_as_everyone_does() {
    let from = DateTime::from_octets([0x07, 0xe5, 1, 1, 0xff, 0, 0, 0, 0xff, 0x80, 0, 0]);
    let to = DateTime::from_octets([0x07, 0xe5, 1, 2, 0xff, 0, 0, 0, 0xff, 0x80, 0, 0]);
    let (from, to) = (from.to_octets(), to.to_octets());
    let mut out = [0; 80];
    let selection =
        range(TIME, Data::OctetString(&from), Data::OctetString(&to)).selective_access(&mut out).unwrap();
    let mut octets = [0; 80];
    let expected = [
        1, 2, 4, 2, 4, 0x12, 0, 8, 9, 6, 0, 0, 1, 0, 0, 0xff, 0x0f, 2, 0x12, 0, 0, 9, 12, 7, 0xe5, 1, 1,
        0xff, 0, 0, 0, 0xff, 0x80, 0, 0, 9, 12, 7, 0xe5, 1, 2, 0xff, 0, 0, 0, 0xff, 0x80, 0, 0, 1, 0,
    ];
    assert_eq!(selection.encode_to_slice(&mut octets).unwrap(), expected);
    assert_eq!(days(&five_days(), Some(&selection)), [1, 2]);
}

#[test]
fn a_range_may_be_of_any_column_and_of_any_width() {
    let profile = five_days();
    let mut out = [0; 80];
    let selection = range(IMPORT, Data::Integer(20), Data::Long(40)).selective_access(&mut out).unwrap();
    assert_eq!(days(&profile, Some(&selection)), [1, 4, 5]);
    let selection = range(EXPORT, Data::NullData, Data::Unsigned(2)).selective_access(&mut out).unwrap();
    assert_eq!(days(&profile, Some(&selection)), [1, 2]);
    let selection = range(EXPORT, Data::Unsigned(9), Data::NullData).selective_access(&mut out).unwrap();
    assert_eq!(days(&profile, Some(&selection)), [0; 0]);
    let unspecified = Data::DateTime(DateTime::NOT_SPECIFIED);
    let selection = range(TIME, unspecified, unspecified).selective_access(&mut out).unwrap();
    assert_eq!(days(&profile, Some(&selection)), [1, 2, 3, 4, 5]);
}

#[test]
fn a_range_gives_the_columns_asked_for() {
    let mut columns = [0; 60];
    let mut w = Writer::new(&mut columns);
    EXPORT.encode(&mut w);
    IMPORT.encode(&mut w);
    let elements = Elements::new(2, w.finish().unwrap()).unwrap();
    let two = RangeDescriptorView {
        selected_values: ArrayView::new(elements),
        ..range(IMPORT, Data::Integer(10), Data::Integer(20))
    };
    let mut out = [0; 100];
    let selection = two.selective_access(&mut out).unwrap();
    assert_eq!(
        read(&five_days(), Some(&selection)).unwrap(),
        [[10, 3], [20, 4]],
        "in the order of the columns"
    );
}

#[test]
fn entries_are_counted_from_one_and_zero_is_the_last() {
    let profile = five_days();
    let entries = |from_entry, to_entry, from_selected_value, to_selected_value| {
        let entries = EntryDescriptor { from_entry, to_entry, from_selected_value, to_selected_value };
        read(&profile, Some(&entries.selective_access(&mut [0; 20]).unwrap())).unwrap()
    };
    assert_eq!(entries(2, 3, 1, 0), [[2, -50, 2], [3, 10, 3]]);
    assert_eq!(entries(4, 0, 2, 3), [[20, 4], [40, 5]]);
    assert_eq!(entries(5, 99, 1, 1), [[5]]);
    assert_eq!(entries(0, 1, 0, 0), [[1, 30, 1]]);
    assert_eq!(entries(6, 0, 1, 0), [[0; 0]; 0]);
    assert_eq!(entries(3, 2, 1, 0), [[0; 0]; 0]);
    let all = EntryDescriptor::rows(1, 0);
    assert_eq!(days(&profile, Some(&all.selective_access(&mut [0; 20]).unwrap())), [1, 2, 3, 4, 5]);
}

#[test]
fn a_selection_that_makes_no_sense_is_refused() {
    let profile = five_days();
    let refused = |selector, parameters| read(&profile, Some(&SelectiveAccess { selector, parameters }));
    assert_eq!(refused(1, Data::NullData), Err(DataAccessResult::TypeUnmatched));
    assert_eq!(refused(2, Data::NullData), Err(DataAccessResult::TypeUnmatched));
    assert_eq!(refused(3, Data::NullData), Err(DataAccessResult::ReadWriteDenied));
    let elsewhere = CaptureObject { data_index: 1, ..IMPORT };
    let mut out = [0; 80];
    let selection = range(elsewhere, Data::NullData, Data::NullData).selective_access(&mut out).unwrap();
    assert_eq!(read(&profile, Some(&selection)), Err(DataAccessResult::OtherReason));
}

#[test]
fn each_sort_method_has_its_order_and_its_victim() {
    let order = |method| {
        let mut profile = profile();
        profile.state.set_sort_method(method).unwrap();
        profile.state.set_sort_object(IMPORT).unwrap();
        profile.state.set_profile_entries(4).unwrap();
        for (day, import) in (1..).zip([30, -50, 10, 20, 40, 20]) {
            capture(&mut profile, day, import);
        }
        assert_eq!(profile.state.entries_in_use(), Ok(4));
        read(&profile, None).unwrap().iter().map(|row| (row[0], row[1])).collect::<Vec<_>>()
    };
    assert_eq!(order(SortMethod::Fifo), [(3, 10), (4, 20), (5, 40), (6, 20)]);
    assert_eq!(order(SortMethod::Lifo), [(6, 20), (5, 40), (4, 20), (3, 10)]);
    assert_eq!(order(SortMethod::Largest), [(5, 40), (1, 30), (4, 20), (6, 20)]);
    assert_eq!(order(SortMethod::Smallest), [(2, -50), (3, 10), (4, 20), (6, 20)]);
    assert_eq!(order(SortMethod::NearestToZero), [(3, 10), (4, 20), (6, 20), (1, 30)]);
    assert_eq!(order(SortMethod::FarestFromZero), [(2, -50), (5, 40), (1, 30), (4, 20)]);
}

#[test]
fn the_newest_may_be_first_even_of_selected_rows() {
    let mut profile = five_days();
    profile.state.set_sort_method(SortMethod::Lifo).unwrap();
    assert_eq!(days(&profile, None), [0; 0], "another order begins anew");
    for day in 1..=8 {
        capture(&mut profile, day, i32::from(day));
    }
    assert_eq!(days(&profile, None), [8, 7, 6, 5, 4, 3]);
    let first_two = EntryDescriptor::rows(1, 2);
    assert_eq!(days(&profile, Some(&first_two.selective_access(&mut [0; 20]).unwrap())), [8, 7]);
    let mut out = [0; 80];
    let selection = range(IMPORT, Data::Integer(4), Data::Integer(6)).selective_access(&mut out).unwrap();
    assert_eq!(days(&profile, Some(&selection)), [6, 5, 4]);
}

#[test]
fn a_sorted_row_in_the_middle_ends_a_transfer() {
    let mut profile = profile();
    profile.state.set_sort_method(SortMethod::Smallest).unwrap();
    profile.state.set_sort_object(IMPORT).unwrap();
    capture(&mut profile, 1, 10);
    capture(&mut profile, 2, 30);
    let Ok(Value::Rows(rows)) = profile.get(2, None, &mut Writer::new(&mut [])) else { panic!("no rows") };
    profile.row(2, None, rows.first, &mut Writer::new(&mut [])).unwrap();
    capture(&mut profile, 3, 20);
    let gone = profile.row(2, None, rows.first + 1, &mut Writer::new(&mut []));
    assert_eq!(gone, Err(DataAccessResult::LongGetAborted));
}

#[test]
fn what_clients_may_set() {
    static PERIODS: [u32; 3] = [0, 900, 3_600];
    let mut profile = five_days().state.with_capture_periods(&PERIODS);
    assert_eq!(profile.set_capture_period(3_600), Ok(Effect::None));
    assert_eq!(profile.set_capture_period(60), Err(DataAccessResult::OtherReason));
    assert_eq!(profile.capture_period(), Ok(3_600));

    assert_eq!(profile.set_profile_entries(7), Err(DataAccessResult::OtherReason));
    assert_eq!(profile.set_profile_entries(0), Err(DataAccessResult::OtherReason));
    assert_eq!(profile.set_profile_entries(2), Ok(Effect::None));
    assert_eq!((profile.entries_in_use(), profile.profile_entries()), (Ok(2), Ok(2)));

    assert_eq!(profile.set_sort_method(SortMethod::Other(7)), Err(DataAccessResult::OtherReason));
    let elsewhere = CaptureObject { class_id: 1, ..IMPORT };
    assert_eq!(profile.set_sort_object(elsewhere), Err(DataAccessResult::OtherReason));
    assert_eq!(profile.entries_in_use(), Ok(2), "refusals clear nothing");

    assert_eq!(profile.reset(), Ok(Effect::None));
    assert_eq!(profile.entries_in_use(), Ok(0));
    assert_eq!(Serve::capture(&mut profile), Ok(Effect::Capture));
}

#[test]
fn more_columns_than_there_is_room_for_are_refused() {
    let mut profile = five_days();
    let mut octets = [0; 120];
    let mut w = Writer::new(&mut octets);
    (0..4).for_each(|_| IMPORT.encode(&mut w));
    let four = Data::Array(Elements::new(4, w.finish().unwrap()).unwrap());
    assert_eq!(profile.set(3, None, four), Err(DataAccessResult::OtherReason));
    assert_eq!(profile.state.columns(), [TIME, IMPORT, EXPORT]);
    assert_eq!(profile.state.entries_in_use(), Ok(5));
}

#[test]
fn a_row_that_is_none_is_not_captured() {
    let mut profile = five_days();
    let target = profile.capture_target().unwrap();
    assert_eq!((target.column(2), target.column(3)), (Some(EXPORT), None));
    for row in [&[17, 1][..], &[17, 1, 17, 2, 17, 3, 17, 4], &[17, 1, 17, 2, 0x63]] {
        assert_eq!(target.capture(row), Err(ActionResult::OtherReason));
    }
    let mut long = vec![9, 20];
    long.extend([0; 20]);
    long.extend([17, 1, 17, 2]);
    assert_eq!(target.capture(&long), Err(ActionResult::OtherReason), "longer than a slot");
    assert_eq!(profile.state.entries_in_use(), Ok(5));
    assert_eq!(profile.state.storage().read(9, <[u8]>::len), Err(StorageError::NoRow));
}

#[test]
fn rows_fall_due_on_multiples_of_the_period() {
    let profile = profile().state;
    assert!(!profile.is_due(0, 899) && profile.is_due(899, 900) && profile.is_due(-1, 0));
    assert!(!profile.is_due(900, 900) && !profile.is_due(901, 899));
    assert!(profile.is_due(1, 10_000), "once, however many were missed");
    let never = StoredProfile::<Ring<1, 1>, 1>::new(Ring::new(), &[TIME], 0);
    assert!(!never.is_due(0, i64::MAX));
}
