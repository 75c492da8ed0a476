//! Thermal energy, heat cost allocators, gas and water. Made of `catalogue.toml` by the test `catalogue`: change it there.

use super::Entry;
use crate::names::Origin::Standard;

#[rustfmt::skip]
pub(super) static ENTRIES: &[Entry] = &[
    Entry::new([4, 0, 1, 0, 0, 255], [4, 0, 1, 0, 0, 255], "heat cost allocator: unrated integral", &[4, 3], "1", Standard),
    Entry::new([4, 0, 2, 0, 0, 255], [4, 0, 2, 0, 0, 255], "heat cost allocator: rated integral", &[4, 3], "1", Standard),
    Entry::new([5, 0, 1, 0, 0, 255], [5, 0, 1, 0, 0, 255], "cooling: energy", &[4, 3], "Wh", Standard),
    Entry::new([6, 0, 1, 0, 0, 255], [6, 0, 1, 0, 0, 255], "heat: energy", &[4, 3], "Wh", Standard),
    Entry::new([6, 0, 2, 0, 0, 255], [6, 0, 2, 0, 0, 255], "heat: accounted volume", &[4, 3], "m³", Standard),
    Entry::new([6, 0, 8, 0, 0, 255], [6, 0, 8, 0, 0, 255], "heat: power", &[3], "W", Standard),
    Entry::new([6, 0, 9, 0, 0, 255], [6, 0, 9, 0, 0, 255], "heat: flow rate", &[3], "m³/h", Standard),
    Entry::new([6, 0, 10, 0, 0, 255], [6, 0, 10, 0, 0, 255], "heat: flow temperature", &[3], "°C", Standard),
    Entry::new([6, 0, 11, 0, 0, 255], [6, 0, 11, 0, 0, 255], "heat: return temperature", &[3], "°C", Standard),
    Entry::new([6, 0, 12, 0, 0, 255], [6, 0, 12, 0, 0, 255], "heat: differential temperature", &[3], "K", Standard),
    Entry::new([7, 0, 0, 0, 0, 255], [7, 64, 0, 0, 9, 255], "gas ID {e+1}", &[1], "", Standard),
    Entry::new([7, 0, 1, 0, 0, 255], [7, 0, 1, 0, 0, 255], "gas: forward undisturbed volume index", &[4, 3], "m³", Standard),
    Entry::new([7, 0, 2, 0, 0, 255], [7, 0, 2, 0, 0, 255], "gas: forward disturbed volume index", &[4, 3], "m³", Standard),
    Entry::new([7, 0, 3, 0, 0, 255], [7, 0, 3, 0, 0, 255], "gas: forward absolute volume index, metering conditions", &[4, 3], "m³", Standard),
    Entry::new([7, 0, 3, 1, 0, 255], [7, 0, 3, 1, 0, 255], "gas: forward absolute volume index, corrected", &[4, 3], "m³", Standard),
    Entry::new([7, 0, 3, 2, 0, 255], [7, 0, 3, 2, 0, 255], "gas: forward absolute volume index, base conditions", &[4, 3], "m³", Standard),
    Entry::new([7, 0, 41, 0, 0, 255], [7, 0, 41, 0, 0, 255], "gas: absolute temperature, instantaneous", &[3], "K", Standard),
    Entry::new([7, 0, 42, 0, 0, 255], [7, 0, 42, 0, 0, 255], "gas: absolute pressure, instantaneous", &[3], "bar", Standard),
    Entry::new([7, 0, 43, 0, 0, 255], [7, 0, 43, 0, 0, 255], "gas: flow rate, current", &[3], "m³/h", Standard),
    Entry::new([7, 0, 54, 0, 0, 255], [7, 0, 54, 0, 0, 255], "gas: superior calorific value", &[3], "", Standard),
    Entry::new([7, 0, 99, 1, 0, 255], [7, 64, 99, 1, 127, 255], "gas load profile {e+1}", &[7], "", Standard),
    Entry::new([8, 0, 0, 0, 0, 255], [8, 64, 0, 0, 9, 255], "cold water ID {e+1}", &[1], "", Standard),
    Entry::new([8, 0, 1, 0, 0, 255], [8, 0, 1, 0, 0, 255], "cold water: accumulated volume", &[4, 3], "m³", Standard),
    Entry::new([8, 0, 2, 0, 0, 255], [8, 0, 2, 0, 0, 255], "cold water: flow rate", &[3], "m³/h", Standard),
    Entry::new([9, 0, 0, 0, 0, 255], [9, 64, 0, 0, 9, 255], "hot water ID {e+1}", &[1], "", Standard),
    Entry::new([9, 0, 1, 0, 0, 255], [9, 0, 1, 0, 0, 255], "hot water: accumulated volume", &[4, 3], "m³", Standard),
];
