//! Clock (IEC 62056-6-2, class 8 version 0): local time, its zone and daylight saving.
//!
//! [`LocalClock`] is a ready one, over a [`TimeSource`] that counts in UTC.

mod daylight_saving;
mod local_clock;
mod time_source;

use dlms_core::data::DateTime;
use dlms_core::{enumeration, structure};

pub use daylight_saving::DaylightSaving;
pub use local_clock::LocalClock;
pub use time_source::TimeSource;

use crate::class;

enumeration! {
    /// Where the time comes from.
    pub enum ClockBase {
        Undefined = 0,
        InternalCrystal = 1,
        MainsFrequency50Hz = 2 "mains-frequency-50-hz",
        MainsFrequency60Hz = 3 "mains-frequency-60-hz",
        Gps = 4,
        RadioControlled = 5,
    }
}

structure! {
    /// A time to set later, and when that may be done.
    #[derive(Eq)]
    pub struct PresetTime {
        /// The time to set.
        pub preset_time: DateTime,
        /// From when on.
        pub validity_interval_start: DateTime,
        /// Until when.
        pub validity_interval_end: DateTime,
    }
}

class! {
    /// Clock: local time, its zone and daylight saving.
    pub Clock = 8, version 0, "Clock", methods at 0x60;
    attributes {
        /// The local time, with its deviation from UTC.
        2 time, set_time: DateTime, dynamic;
        /// UTC minus local normal time, in minutes: −60 is one hour east of Greenwich.
        3 time_zone, set_time_zone: i16, static;
        /// How far the time can be trusted: the bits of [`ClockStatus`](dlms_core::data::ClockStatus).
        4 status: u8, dynamic;
        /// When daylight saving begins, in normal time; a pattern for every year.
        5 daylight_savings_begin, set_daylight_savings_begin: DateTime, static;
        /// When daylight saving ends, in daylight saving time; a pattern for every year.
        6 daylight_savings_end, set_daylight_savings_end: DateTime, static;
        /// Minutes by which daylight saving sets the clock on.
        7 daylight_savings_deviation, set_daylight_savings_deviation: i8, static;
        /// Whether there is daylight saving.
        8 daylight_savings_enabled, set_daylight_savings_enabled: bool, static;
        /// Where the time comes from.
        9 clock_base: ClockBase, static;
    }
    methods {
        /// Sets the time to the nearest quarter of an hour.
        1 adjust_to_quarter(0);
        /// Sets the time to the nearest beginning of a measuring period.
        2 adjust_to_measuring_period(0);
        /// Sets the time to the nearest minute.
        3 adjust_to_minute(0);
        /// Sets the time that was preset, if it is valid now.
        4 adjust_to_preset_time(0);
        /// Presets a time.
        5 preset_adjusting_time(PresetTime);
        /// Sets the time on by so many seconds, −900..=900.
        6 shift_time(i16);
    }
}
