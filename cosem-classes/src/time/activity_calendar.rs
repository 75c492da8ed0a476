//! Activity calendar (IEC 62056-6-2, class 20 version 0): which script when, by seasons, weeks and days.

use dlms_core::data::{Array, DateTime, OctetString, Time};
use dlms_core::structure;
use obis::ObisCode;

use crate::class;

structure! {
    /// A season: the weeks of it are all alike.
    pub struct Season => SeasonView<'a> {
        /// Its name.
        pub season_profile_name: OctetString,
        /// When it begins; a pattern where fields are left open.
        pub season_start: DateTime,
        /// The week profile.
        pub week_name: OctetString,
    }
}

structure! {
    /// A week: the day profile of each day.
    pub struct WeekProfile => WeekProfileView<'a> {
        /// Its name.
        pub week_profile_name: OctetString,
        /// The day_id of Mondays.
        pub monday: u8,
        /// The day_id of Tuesdays.
        pub tuesday: u8,
        /// The day_id of Wednesdays.
        pub wednesday: u8,
        /// The day_id of Thursdays.
        pub thursday: u8,
        /// The day_id of Fridays.
        pub friday: u8,
        /// The day_id of Saturdays.
        pub saturday: u8,
        /// The day_id of Sundays.
        pub sunday: u8,
    }
}

structure! {
    /// A script that is executed at a time of day: day_profile_action.
    #[derive(Eq)]
    pub struct DayProfileAction {
        /// When.
        pub start_time: Time,
        /// The script table.
        pub script_logical_name: ObisCode,
        /// The script.
        pub script_selector: u16,
    }
}

structure! {
    /// A day: which script when.
    pub struct DayProfile => DayProfileView<'a> {
        /// Its number.
        pub day_id: u8,
        /// What is done that day.
        pub day_schedule: Array<DayProfileAction>,
    }
}

class! {
    /// Activity calendar: which script when, by seasons, weeks and days.
    pub ActivityCalendar = 20, version 0, "Activity calendar", methods at 0x50;
    attributes {
        /// The name of the calendar in force.
        2 calendar_name_active: OctetString, static;
        /// The seasons in force.
        3 season_profile_active[season_active]: Array<Season>, static;
        /// The weeks in force.
        4 week_profile_table_active[week_profile_active]: Array<WeekProfile>, static;
        /// The days in force.
        5 day_profile_table_active[day_profile_active]: Array<DayProfile>, static;
        /// The name of the next calendar.
        6 calendar_name_passive, set_calendar_name_passive: OctetString, static;
        /// The seasons of the next calendar.
        7 season_profile_passive[season_passive], set_season_profile_passive: Array<Season>, static;
        /// The weeks of the next calendar.
        8 week_profile_table_passive[week_profile_passive], set_week_profile_table_passive:
            Array<WeekProfile>, static;
        /// The days of the next calendar.
        9 day_profile_table_passive[day_profile_passive], set_day_profile_table_passive: Array<DayProfile>, static;
        /// When the next calendar comes into force.
        10 activate_passive_calendar_time, set_activate_passive_calendar_time: DateTime, static;
    }
    methods {
        /// Puts the next calendar into force.
        1 activate_passive_calendar(0);
    }
}
