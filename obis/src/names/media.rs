//! Words for groups C and D of thermal energy, heat cost allocators, gas and water.

use crate::{Medium, ObisCode};

/// What is measured.
pub(super) fn quantity(code: ObisCode) -> Option<&'static str> {
    match code.medium() {
        Medium::HeatCostAllocator => match code.c {
            1 => Some("unrated integral"),
            2 => Some("rated integral"),
            c => service(c),
        },
        Medium::Cooling | Medium::Heat => match code.c {
            1 => Some("energy"),
            2 => Some("accounted volume"),
            3 => Some("accounted mass"),
            4 => Some("flow volume"),
            5 => Some("flow mass"),
            6 => Some("return volume"),
            7 => Some("return mass"),
            8 => Some("power"),
            9 => Some("flow rate"),
            10 => Some("flow temperature"),
            11 => Some("return temperature"),
            12 => Some("differential temperature"),
            13 => Some("media pressure"),
            c => service(c),
        },
        Medium::Gas => gas(code.c).or(service(code.c)),
        Medium::ColdWater | Medium::HotWater => match code.c {
            1 => Some("accumulated volume"),
            2 => Some("flow rate"),
            3 => Some("forward temperature"),
            c => service(c),
        },
        _ => None,
    }
}

/// What became of it. Service entries have no processing.
pub(super) fn processing(code: ObisCode) -> Option<&'static str> {
    if service(code.c).is_some() {
        return None;
    }
    match code.medium() {
        Medium::HeatCostAllocator | Medium::ColdWater | Medium::HotWater => periodical(code.d),
        Medium::Cooling | Medium::Heat => match code.d {
            7 => Some("instantaneous value"),
            8 => Some("time integral 1"),
            9 => Some("time integral 2"),
            10 => Some("current average"),
            11 => Some("last average"),
            12 => Some("error values"),
            d => periodical(d),
        },
        Medium::Gas if matches!(code.c, 1..=6 | 11..=16 | 21..=26 | 31..=36) => match code.d {
            0 => Some("index at metering conditions"),
            1 => Some("corrected index"),
            2 => Some("index at base conditions"),
            3 => Some("redundant index at metering conditions"),
            6..=23 => Some("value of a measurement period"),
            24..=50 => Some("value of a billing period"),
            _ => None,
        },
        _ => None,
    }
}

/// Codes whose group F may count billing periods.
pub(super) fn stores_periods(code: ObisCode) -> bool {
    matches!(code.f, 0..=99 | 101..=126) && (code.a != 0 || matches!(code.c, 0 | 98))
}

fn gas(c: u8) -> Option<&'static str> {
    Some(match c {
        1 | 11 | 21 | 31 => "forward undisturbed volume",
        2 | 12 | 22 | 32 => "forward disturbed volume",
        3 | 13 | 23 | 33 => "forward absolute volume",
        4 | 14 | 24 | 34 => "reverse undisturbed volume",
        5 | 15 | 25 | 35 => "reverse disturbed volume",
        6 | 16 | 26 | 36 => "reverse absolute volume",
        41 => "absolute temperature",
        42 => "absolute pressure",
        43 => "flow rate",
        44 => "velocity of sound",
        45 => "density of gas",
        46 => "relative density",
        47 => "gauge pressure",
        48 => "differential pressure",
        49 => "density of air",
        51..=55 => "conversion factor or coefficient",
        61..=66 => "energy index",
        70 => "natural gas analysis",
        _ => return None,
    })
}

fn periodical(d: u8) -> Option<&'static str> {
    Some(match d {
        0 => "current value",
        1 => "periodical value 1",
        2 => "set date value",
        3 => "billing date value",
        4 => "minimum",
        5 => "maximum",
        6 => "test value",
        _ => return None,
    })
}

fn service(c: u8) -> Option<&'static str> {
    Some(match c {
        0 => "general purpose",
        96 => "service entry",
        97 => "error register",
        98 => "list",
        99 => "data profile",
        _ => return None,
    })
}
