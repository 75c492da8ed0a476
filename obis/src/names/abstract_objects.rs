//! Words for group C of abstract objects, and of the service entries of electricity.

use crate::{Medium, ObisCode};

/// What kind of object it is.
pub(super) fn kind(code: ObisCode) -> Option<&'static str> {
    match code.medium() {
        Medium::Abstract => abstract_kind(code.c),
        Medium::Electricity => match code.c {
            0 => Some("general purpose"),
            96 => Some("service entry"),
            97 => Some("error register"),
            98 => Some("list"),
            99 => Some("data profile"),
            _ => None,
        },
        _ => None,
    }
}

fn abstract_kind(c: u8) -> Option<&'static str> {
    Some(match c {
        0 => "general purpose",
        1 => "clock",
        2 => "modem configuration",
        10 => "script table",
        11 => "special days table",
        12 => "schedule",
        13 => "activity calendar",
        14 => "register activation",
        15 => "single action schedule",
        16 => "register, alarm or parameter monitor",
        17 => "limiter",
        18 => "array manager",
        19 => "payment metering",
        20 => "IEC local port setup",
        21 => "standard readout",
        22 => "IEC HDLC setup",
        23 => "IEC twisted pair setup",
        24 => "M-Bus port or client",
        25 => "Internet protocol, push or mobile network",
        26 => "S-FSK PLC",
        27 => "ISO/IEC 8802-2 LLC",
        28 => "PRIME PLC",
        29 => "G3 PLC",
        30 => "ZigBee",
        31 => "wireless mode Q",
        33 => "HS-PLC ISO/IEC 12139-1",
        40 => "association",
        41 => "SAP assignment",
        42 => "COSEM logical device name",
        43 => "security setup, invocation counter or data protection",
        44 => "image transfer or function control",
        65 => "utility table",
        66 => "compact data",
        96 => "general or service entry",
        97 => "error or alarm register",
        98 => "list",
        99 => "data profile or event log",
        127 => "inactive object",
        _ => return None,
    })
}
