//! Models whose pushes leave something out. Each figure is checked against captures of the model: power, currents and
//! voltages of one push agree with one another.

use cosem_classes::Unit;
use obis::obis;

use super::{Field, List, Model};

/// The models that are known here.
pub const KNOWN: &[Model<'static>] = &[KAIFA, KAMSTRUP];

/// Kaifa MA105, MA304 and their kin with Norwegian lists (`KFM_001`): values without codes.
///
/// Power in W, energy in Wh, currents in mA, voltages in tenths of a volt, as in the lists of MA304H4PSE, which have the
/// codes. The list of one value does not name itself, so that it is only read as one where the model is told. The date-time
/// has a tag in front.
pub const KAIFA: Model<'static> = Model {
    name: "kaifa",
    id: Some(b"KFM_001"),
    leniencies: &["tagged-date-time"],
    lists: &[
        List { named: false, fields: &[ACTIVE_IMPORT] },
        List { named: true, fields: &SINGLE_PHASE },
        List { named: true, fields: &THREE_PHASES },
        List { named: true, fields: &SINGLE_PHASE_HOURLY },
        List { named: true, fields: &THREE_PHASES_HOURLY },
    ],
    scalers: &THREE_PHASES_HOURLY,
};

/// Kamstrup Omnipower and its kin (`Kamstrup_V0001`): codes without scalers.
///
/// Power in W, energy in tens of Wh, currents in hundredths of an ampere, voltages in V. Older firmware puts a tag before
/// the date-time.
pub const KAMSTRUP: Model<'static> = Model {
    name: "kamstrup",
    id: Some(b"Kamstrup_V0001"),
    leniencies: &["tagged-date-time"],
    lists: &[],
    scalers: &[
        Field::quantity(obis!("1-1:1.7.0.255"), 0, Unit::Watt),
        Field::quantity(obis!("1-1:2.7.0.255"), 0, Unit::Watt),
        Field::quantity(obis!("1-1:3.7.0.255"), 0, Unit::Var),
        Field::quantity(obis!("1-1:4.7.0.255"), 0, Unit::Var),
        Field::quantity(obis!("1-1:21.7.0.255"), 0, Unit::Watt),
        Field::quantity(obis!("1-1:41.7.0.255"), 0, Unit::Watt),
        Field::quantity(obis!("1-1:61.7.0.255"), 0, Unit::Watt),
        Field::quantity(obis!("1-1:22.7.0.255"), 0, Unit::Watt),
        Field::quantity(obis!("1-1:42.7.0.255"), 0, Unit::Watt),
        Field::quantity(obis!("1-1:62.7.0.255"), 0, Unit::Watt),
        Field::quantity(obis!("1-1:31.7.0.255"), -2, Unit::Ampere),
        Field::quantity(obis!("1-1:51.7.0.255"), -2, Unit::Ampere),
        Field::quantity(obis!("1-1:71.7.0.255"), -2, Unit::Ampere),
        Field::quantity(obis!("1-1:32.7.0.255"), 0, Unit::Volt),
        Field::quantity(obis!("1-1:52.7.0.255"), 0, Unit::Volt),
        Field::quantity(obis!("1-1:72.7.0.255"), 0, Unit::Volt),
        Field::quantity(obis!("1-1:13.7.0.255"), -2, Unit::Count),
        Field::quantity(obis!("1-1:33.7.0.255"), -2, Unit::Count),
        Field::quantity(obis!("1-1:53.7.0.255"), -2, Unit::Count),
        Field::quantity(obis!("1-1:73.7.0.255"), -2, Unit::Count),
        Field::quantity(obis!("1-1:1.8.0.255"), 1, Unit::WattHour),
        Field::quantity(obis!("1-1:2.8.0.255"), 1, Unit::WattHour),
        Field::quantity(obis!("1-1:3.8.0.255"), 1, Unit::VarHour),
        Field::quantity(obis!("1-1:4.8.0.255"), 1, Unit::VarHour),
        Field::quantity(obis!("1-1:21.8.0.255"), 1, Unit::WattHour),
        Field::quantity(obis!("1-1:41.8.0.255"), 1, Unit::WattHour),
        Field::quantity(obis!("1-1:61.8.0.255"), 1, Unit::WattHour),
        Field::quantity(obis!("1-1:22.8.0.255"), 1, Unit::WattHour),
        Field::quantity(obis!("1-1:42.8.0.255"), 1, Unit::WattHour),
        Field::quantity(obis!("1-1:62.8.0.255"), 1, Unit::WattHour),
    ],
};

const ACTIVE_IMPORT: Field = Field::quantity(obis!("1-0:1.7.0.255"), 0, Unit::Watt);
const ACTIVE_EXPORT: Field = Field::quantity(obis!("1-0:2.7.0.255"), 0, Unit::Watt);
const REACTIVE_IMPORT: Field = Field::quantity(obis!("1-0:3.7.0.255"), 0, Unit::Var);
const REACTIVE_EXPORT: Field = Field::quantity(obis!("1-0:4.7.0.255"), 0, Unit::Var);
const LIST: Field = Field::new(obis!("1-0:0.2.129.255"));
const METER: Field = Field::new(obis!("0-0:96.1.0.255"));
const METER_TYPE: Field = Field::new(obis!("0-0:96.1.7.255"));
const CLOCK: Field = Field::new(obis!("0-0:1.0.0.255"));
const CURRENTS: [Field; 3] = [
    Field::quantity(obis!("1-0:31.7.0.255"), -3, Unit::Ampere),
    Field::quantity(obis!("1-0:51.7.0.255"), -3, Unit::Ampere),
    Field::quantity(obis!("1-0:71.7.0.255"), -3, Unit::Ampere),
];
const VOLTAGES: [Field; 3] = [
    Field::quantity(obis!("1-0:32.7.0.255"), -1, Unit::Volt),
    Field::quantity(obis!("1-0:52.7.0.255"), -1, Unit::Volt),
    Field::quantity(obis!("1-0:72.7.0.255"), -1, Unit::Volt),
];
const ENERGIES: [Field; 4] = [
    Field::quantity(obis!("1-0:1.8.0.255"), 0, Unit::WattHour),
    Field::quantity(obis!("1-0:2.8.0.255"), 0, Unit::WattHour),
    Field::quantity(obis!("1-0:3.8.0.255"), 0, Unit::VarHour),
    Field::quantity(obis!("1-0:4.8.0.255"), 0, Unit::VarHour),
];

const POWERS: [Field; 7] =
    [LIST, METER, METER_TYPE, ACTIVE_IMPORT, ACTIVE_EXPORT, REACTIVE_IMPORT, REACTIVE_EXPORT];
const SINGLE_PHASE: [Field; 9] = joined([&POWERS, &[CURRENTS[0]], &[VOLTAGES[0]], &[], &[]]);
const SINGLE_PHASE_HOURLY: [Field; 14] =
    joined([&POWERS, &[CURRENTS[0]], &[VOLTAGES[0]], &[CLOCK], &ENERGIES]);
const THREE_PHASES: [Field; 13] = joined([&POWERS, &CURRENTS, &VOLTAGES, &[], &[]]);
const THREE_PHASES_HOURLY: [Field; 18] = joined([&POWERS, &CURRENTS, &VOLTAGES, &[CLOCK], &ENERGIES]);

/// The parts one after the other; together they have `N` fields, or this does not compile.
#[allow(clippy::indexing_slicing, reason = "at compile time")]
const fn joined<const N: usize>(parts: [&[Field]; 5]) -> [Field; N] {
    let mut all = [LIST; N];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut field = 0;
        while field < parts[part].len() {
            all[at] = parts[part][field];
            at += 1;
            field += 1;
        }
        part += 1;
    }
    assert!(at == N);
    all
}
