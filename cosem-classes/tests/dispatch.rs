//! GET, SET and ACTION on objects, as a server does them: long values block by block, never held.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use cosem_classes::activity_calendar::{
    self, ActivityCalendar, DayProfile, DayProfileAction, Season, WeekProfile,
};
use cosem_classes::model::{Answer, CaptureObject, Effect, Instance, Object, Rows, Value};
use cosem_classes::profile_generic::{ProfileGeneric, Ring, StoredProfile};
use cosem_classes::register::{Register, StoredRegister};
use cosem_classes::script_table::{self, Action, ScriptTable, ScriptView, ServiceId};
use cosem_classes::{ScalerUnit, Unit, clock, register};
use dlms_core::apdu::{ActionResult, DataAccessResult, SelectiveAccess};
use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::data::{Array, ArrayView, Data, DataType, DateTime, OctetString, Octets, Time, tag};
use obis::{ObisCode, obis};

const ENERGY: ObisCode = obis!("1-0:1.8.0.255");
const LOAD: ObisCode = obis!("1-0:99.1.0.255");
const CLOCK: ObisCode = obis!("0-0:1.0.0.255");

/// A whole value.
fn get(
    object: &dyn Object,
    id: i8,
    selection: Option<&SelectiveAccess<'_>>,
) -> Result<Vec<u8>, DataAccessResult> {
    let mut out = vec![0; 10_000];
    let mut w = Writer::new(&mut out);
    if let Value::Rows(rows) = object.get(id, selection, &mut w)? {
        w.u8(tag::ARRAY);
        w.length(rows.count as usize);
        for row in rows.first..rows.end {
            object.row(id, selection, row, &mut w)?;
        }
    }
    Ok(w.finish().unwrap().to_vec())
}

/// What a server remembers of a long GET: the rows, the next one, and how much of it was sent already.
struct Transfer {
    rows: Rows,
    next: u32,
    sent: usize,
    header: bool,
}

impl Transfer {
    fn new(rows: Rows) -> Self {
        Self { next: rows.first, rows, sent: 0, header: true }
    }

    /// The next block, of `size` octets at most; empty after the last.
    fn block(&mut self, object: &dyn Object, id: i8, size: usize) -> Result<Vec<u8>, DataAccessResult> {
        let mut out = vec![0; size];
        let mut w = Writer::window(self.sent, &mut out);
        let mut begin = 0;
        if self.header {
            w.u8(tag::ARRAY);
            w.length(self.rows.count as usize);
            if w.is_full() {
                self.sent += size;
                return Ok(w.stored().to_vec());
            }
            begin = w.len();
            self.header = false;
        }
        while self.next < self.rows.end {
            object.row(id, None, self.next, &mut w)?;
            if w.is_full() {
                break;
            }
            self.next += 1;
            begin = w.len();
        }
        // The window ends in the middle of row `next`, which began at `begin`.
        self.sent = (self.sent + size).min(w.len()).saturating_sub(begin);
        Ok(w.stored().to_vec())
    }
}

fn columns() -> [CaptureObject; 2] {
    [
        CaptureObject::whole(clock::Clock::at(CLOCK).time().descriptor()),
        CaptureObject::whole(Register::at(ENERGY).value().descriptor()),
    ]
}

fn row(hour: u8, energy: u32) -> Vec<u8> {
    let octets = [0x07, 0xe5, 7, 19, 1, hour, 0, 0, 0, 0xff, 0xc4, 0];
    let mut row = Data::OctetString(&octets).encode_to_slice(&mut [0; 14]).unwrap().to_vec();
    row.extend(energy.encode_to_slice(&mut [0; 5]).unwrap());
    row
}

type Load = Instance<ProfileGeneric, StoredProfile<Ring<8, 20>, 4>>;

/// Eight rows, those of 4 to 11 o'clock.
fn load() -> Load {
    let mut load = Instance::new(LOAD, StoredProfile::new(Ring::new(), &columns(), 3_600));
    for hour in 0..12 {
        capture(&mut load, hour);
    }
    load
}

fn capture(load: &mut Load, hour: u8) {
    load.capture_target().unwrap().capture(&row(hour, u32::from(hour) * 100)).unwrap();
}

#[test]
fn a_value_is_read_set_and_reset() {
    let mut energy =
        Instance::<Register, _>::new(ENERGY, StoredRegister::new(0u32, ScalerUnit::new(-3, Unit::WattHour)));
    assert_eq!(get(&energy, 1, None).unwrap(), [9, 6, 1, 0, 1, 8, 0, 255]);
    assert_eq!(get(&energy, 3, None).unwrap(), [2, 2, 15, 0xfd, 22, 30]);
    assert_eq!(get(&energy, 4, None), Err(DataAccessResult::ObjectUndefined));
    let selection = SelectiveAccess { selector: 1, parameters: Data::NullData };
    assert_eq!(get(&energy, 2, Some(&selection)), Err(DataAccessResult::ReadWriteDenied));

    assert_eq!(energy.set(2, None, Data::DoubleLongUnsigned(5)), Ok(Effect::None));
    assert_eq!(energy.set(2, None, Data::Unsigned(5)), Err(DataAccessResult::TypeUnmatched));
    assert_eq!(energy.set(1, None, Data::NullData), Err(DataAccessResult::ReadWriteDenied));
    assert_eq!(energy.set(3, None, Data::NullData), Err(DataAccessResult::ReadWriteDenied));
    assert_eq!(energy.set(9, None, Data::NullData), Err(DataAccessResult::ObjectUndefined));
    assert_eq!(get(&energy, 2, None).unwrap(), [6, 0, 0, 0, 5]);
    assert_eq!(energy.state.scaled().unwrap().to_string(), "0.005 Wh");

    // Clients send integer (0) in every way.
    for parameter in [Data::Integer(0), Data::NullData, Data::Unsigned(0), Data::Long(0), Data::DoubleLong(0)]
    {
        energy.state.value = 9u32.into();
        assert_eq!(energy.invoke(1, parameter, &mut Writer::new(&mut [])), Ok(Effect::None));
        assert_eq!(energy.state.value, 0u32.into());
    }
    let refused = energy.invoke(1, Data::OctetString(&[]), &mut Writer::new(&mut []));
    assert_eq!(refused, Err(ActionResult::TypeUnmatched));
    let refused = energy.invoke(2, Data::NullData, &mut Writer::new(&mut []));
    assert_eq!(refused, Err(ActionResult::ObjectUndefined));
}

#[test]
fn what_a_server_leaves_out_is_refused() {
    struct Silent;
    impl register::Serve for Silent {}
    let mut silent = Instance::<Register, _>::new(ENERGY, Silent);
    assert_eq!(get(&silent, 2, None), Err(DataAccessResult::ReadWriteDenied));
    assert_eq!(silent.set(2, None, Data::NullData), Err(DataAccessResult::ReadWriteDenied));
    let refused = silent.invoke(1, Data::Integer(0), &mut Writer::new(&mut []));
    assert_eq!(refused, Err(ActionResult::ObjectUndefined));
    assert!(silent.capture_target().is_none());
}

#[test]
fn a_buffer_goes_out_in_blocks_of_any_size() {
    let load = load();
    let whole = get(&load, 2, None).unwrap();
    assert_eq!(whole.len(), 2 + 8 * 21);
    let Data::Array(rows) = Data::from_bytes(&whole).unwrap() else { panic!("no array") };
    let hours: Vec<u8> = rows
        .iter()
        .map(|row| match row {
            Data::Structure(row) => row.nth(0).unwrap().as_date_time().unwrap().time.hour,
            _ => panic!("no structure"),
        })
        .collect();
    assert_eq!(hours, [4, 5, 6, 7, 8, 9, 10, 11]);
    for size in 1..=whole.len() + 1 {
        let Ok(Value::Rows(rows)) = load.get(2, None, &mut Writer::new(&mut [])) else { panic!("no rows") };
        let mut transfer = Transfer::new(rows);
        let mut out = Vec::new();
        loop {
            let block = transfer.block(&load, 2, size).unwrap();
            if block.is_empty() {
                break;
            }
            out.extend(block);
        }
        assert_eq!(out, whole, "blocks of {size}");
    }
}

#[test]
fn rows_may_come_while_a_buffer_is_read_but_not_go() {
    let mut load = load();
    let whole = get(&load, 2, None).unwrap();
    let Ok(Value::Rows(rows)) = load.get(2, None, &mut Writer::new(&mut [])) else { panic!("no rows") };
    let mut transfer = Transfer::new(rows);
    let mut out = transfer.block(&load, 2, 60).unwrap();
    // The rows of 4 and 5 are out; these two take their places.
    capture(&mut load, 12);
    capture(&mut load, 13);
    out.extend(transfer.block(&load, 2, 60).unwrap());
    out.extend(transfer.block(&load, 2, 500).unwrap());
    assert_eq!(out, whole);

    let Ok(Value::Rows(rows)) = load.get(2, None, &mut Writer::new(&mut [])) else { panic!("no rows") };
    let mut transfer = Transfer::new(rows);
    transfer.block(&load, 2, 10).unwrap();
    capture(&mut load, 14);
    assert_eq!(transfer.block(&load, 2, 10), Err(DataAccessResult::LongGetAborted));
}

#[test]
fn an_array_is_set_whole_or_not_at_all() {
    let mut load = load();
    let mut octets = [0; 60];
    let mut w = Writer::new(&mut octets);
    w.array([tag::ARRAY, 2]);
    columns()[1].encode(&mut w);
    columns()[0].encode(&mut w);
    let value = w.finish().unwrap();
    assert_eq!(load.set(3, None, Data::from_bytes(value).unwrap()), Ok(Effect::None));
    assert_eq!(get(&load, 3, None).unwrap(), value);
    assert_eq!(get(&load, 7, None).unwrap(), [6, 0, 0, 0, 0], "the buffer was cleared");

    capture(&mut load, 1);
    let wrong = [1, 2, 2, 4, 18, 0, 1, 9, 6, 0, 0, 0, 0, 0, 0, 15, 2, 18, 0, 0, 17, 1];
    let refused = load.set(3, None, Data::from_bytes(&wrong).unwrap());
    assert_eq!(refused, Err(DataAccessResult::TypeUnmatched));
    assert_eq!(get(&load, 3, None).unwrap(), value);
    assert_eq!(get(&load, 7, None).unwrap(), [6, 0, 0, 0, 1]);
}

/// Scripts of the firmware: nothing of them is kept encoded.
struct Scripts;

const BREAKER: ObisCode = obis!("0-0:96.3.10.255");
const TABLE: ObisCode = obis!("0-0:10.0.106.255");

impl script_table::Serve for Scripts {
    fn scripts(&self) -> Result<Rows, DataAccessResult> {
        Ok(Rows::first(2))
    }

    fn script(&self, row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
        let number = u16::try_from(row + 1).map_err(|_| DataAccessResult::LongGetAborted)?;
        w.array([tag::STRUCTURE, 2]);
        number.encode(w);
        w.array([tag::ARRAY, 1]);
        script_table::ActionView {
            service_id: ServiceId::ExecuteMethod,
            class_id: 70,
            logical_name: BREAKER,
            index: number.to_be_bytes()[1] as i8,
            parameter: Data::Integer(0),
        }
        .encode(w);
        Ok(())
    }

    fn execute(&mut self, selector: u16) -> Result<Effect, ActionResult> {
        Ok(Effect::Execute { script_table: TABLE, selector })
    }
}

#[test]
fn scripts_hold_actions_that_hold_anything() {
    let mut scripts = Instance::<ScriptTable, _>::new(TABLE, Scripts);
    let octets = get(&scripts, 2, None).unwrap();
    let scripts_read = ArrayView::<script_table::Script>::from_bytes(&octets).unwrap();
    let second: ScriptView<'_> = scripts_read.iter().nth(1).unwrap().unwrap();
    let action = second.actions.iter().next().unwrap().unwrap();
    assert_eq!((second.script_identifier, action.logical_name, action.index), (2, BREAKER, 2));
    assert_eq!(action.parameter, Data::Integer(0));
    assert_eq!(action.service_id, ServiceId::ExecuteMethod);

    let effect = scripts.invoke(1, Data::LongUnsigned(2), &mut Writer::new(&mut []));
    assert_eq!(effect, Ok(Effect::Execute { script_table: TABLE, selector: 2 }));
    let refused = scripts.invoke(1, Data::Integer(2), &mut Writer::new(&mut []));
    assert_eq!(refused, Err(ActionResult::TypeUnmatched));
    let value = Data::from_bytes(&octets).unwrap();
    assert_eq!(scripts.set(2, None, value), Err(DataAccessResult::ReadWriteDenied));
}

/// A passive calendar as it came.
#[derive(Default)]
struct Calendar {
    name: Vec<u8>,
    seasons: Vec<u8>,
    days: Vec<(u8, Vec<DayProfileAction>)>,
    from: Option<DateTime>,
}

impl activity_calendar::Serve for Calendar {
    fn calendar_name_passive(&self) -> Answer<'_, OctetString> {
        Ok(Octets(&self.name))
    }

    fn set_calendar_name_passive(&mut self, value: Octets<'_>) -> Result<Effect, DataAccessResult> {
        self.name = value.0.to_vec();
        Ok(Effect::None)
    }

    fn set_season_profile_passive(
        &mut self,
        value: ArrayView<'_, Season>,
    ) -> Result<Effect, DataAccessResult> {
        self.seasons = value.iter().flatten().map(|season| season.season_profile_name.0[0]).collect();
        Ok(Effect::None)
    }

    fn day_profile_table_passive(&self) -> Result<Rows, DataAccessResult> {
        Ok(Rows::of(&self.days))
    }

    fn day_profile_passive(&self, row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
        let (day_id, actions) = &self.days[row as usize];
        w.array([tag::STRUCTURE, 2]);
        day_id.encode(w);
        w.u8(tag::ARRAY);
        w.length(actions.len());
        actions.iter().for_each(|action| action.encode(w));
        Ok(())
    }

    fn set_day_profile_table_passive(
        &mut self,
        value: ArrayView<'_, DayProfile>,
    ) -> Result<Effect, DataAccessResult> {
        let days = value.iter().map(|day| {
            let day = day.map_err(|_| DataAccessResult::TypeUnmatched)?;
            let actions = day.day_schedule.iter().collect::<Result<_, _>>();
            Ok((day.day_id, actions.map_err(|_| DataAccessResult::TypeUnmatched)?))
        });
        self.days = days.collect::<Result<_, DataAccessResult>>()?;
        Ok(Effect::None)
    }

    fn set_activate_passive_calendar_time(&mut self, value: DateTime) -> Result<Effect, DataAccessResult> {
        self.from = Some(value);
        Ok(Effect::None)
    }
}

#[test]
fn a_calendar_takes_its_tables_from_a_client() {
    let mut calendar = Instance::<ActivityCalendar, _>::new(obis!("0-0:13.0.0.255"), Calendar::default());
    assert_eq!(calendar.set(6, None, Data::OctetString(b"next")), Ok(Effect::None));
    assert_eq!(get(&calendar, 6, None).unwrap(), [9, 4, b'n', b'e', b'x', b't']);
    assert_eq!(calendar.set(6, None, Data::VisibleString(b"x")), Err(DataAccessResult::TypeUnmatched));

    let action = DayProfileAction {
        start_time: Time { hour: 6, minute: 0, second: 0, hundredths: 0 },
        script_logical_name: obis!("0-0:10.0.100.255"),
        script_selector: 1,
    };
    let mut octets = [0; 100];
    let mut w = Writer::new(&mut octets);
    w.array([tag::ARRAY, 1, tag::STRUCTURE, 2, tag::UNSIGNED, 3, tag::ARRAY, 1]);
    action.encode(&mut w);
    let days = w.finish().unwrap();
    assert_eq!(calendar.set(9, None, Data::from_bytes(days).unwrap()), Ok(Effect::None));
    assert_eq!(get(&calendar, 9, None).unwrap(), days);
    assert_eq!(calendar.state.days, [(3, vec![action])]);

    let season = [1, 1, 2, 3, 9, 1, b'S', 25, 0xff, 0xff, 3, 1, 0xff, 0, 0, 0, 0, 0x80, 0, 0, 9, 1, b'W'];
    assert_eq!(calendar.set(7, None, Data::from_bytes(&season).unwrap()), Ok(Effect::None));
    assert_eq!(calendar.state.seasons, b"S");

    // A date-time comes as twelve octets or with a tag of its own.
    let from = DateTime::from_octets([0x07, 0xe9, 1, 1, 0xff, 0, 0, 0, 0, 0x80, 0, 0]);
    for value in [Data::DateTime(from), Data::OctetString(&from.to_octets())] {
        calendar.state.from = None;
        assert_eq!(calendar.set(10, None, value), Ok(Effect::None));
        assert_eq!(calendar.state.from, Some(from));
    }
    assert_eq!(calendar.set(2, None, Data::OctetString(b"x")), Err(DataAccessResult::ReadWriteDenied));
}

#[test]
fn a_value_and_its_octets_are_seen_as_the_same() {
    fn both<T: DataType>(octets: &[u8])
    where
        for<'a> T::View<'a>: PartialEq + core::fmt::Debug,
    {
        let from_bytes = T::View::from_bytes(octets).ok();
        assert_eq!(T::from_data(Data::from_bytes(octets).unwrap()), from_bytes, "{octets:02x?}");
    }
    let samples: [&[u8]; 12] = [
        &[0],
        &[15, 1],
        &[17, 1],
        &[22, 3],
        &[9, 1, 65],
        &[9, 6, 1, 2, 3, 4, 5, 6],
        &[4, 3, 0xa0],
        &[2, 2, 15, 0xfd, 22, 30],
        &[2, 2, 15, 0xfd, 17, 30],
        &[1, 1, 2, 2, 15, 0, 22, 30],
        &[2, 3, 9, 1, 65, 9, 12, 7, 0xe5, 7, 19, 1, 15, 46, 35, 0, 0xff, 0x88, 0x80, 9, 1, 66],
        &[2, 4, 18, 0, 3, 9, 6, 1, 0, 1, 8, 0, 255, 15, 2, 18, 0, 0],
    ];
    for octets in samples {
        both::<i8>(octets);
        both::<Unit>(octets);
        both::<ObisCode>(octets);
        both::<OctetString>(octets);
        both::<dlms_core::data::Bits>(octets);
        both::<ScalerUnit>(octets);
        both::<Array<ScalerUnit>>(octets);
        both::<Season>(octets);
        both::<WeekProfile>(octets);
        both::<CaptureObject>(octets);
        both::<Action>(octets);
        both::<cosem_classes::association_ln::ApplicationContextName>(octets);
    }
}
