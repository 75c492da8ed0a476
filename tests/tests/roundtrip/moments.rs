//! Dates and times.

use dlms_core::data::{Date, DateTime, Deviation, Time};
use dlms_tests::arbitrary;
use proptest::prelude::*;

use crate::cases;

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn twelve_octets_are_kept_whatever_they_are(octets in any::<[u8; 12]>()) {
        let moment = DateTime::from_octets(octets);
        prop_assert_eq!(moment.to_octets(), octets);
        prop_assert_eq!(Date::from_octets(moment.date.to_octets()), moment.date);
        prop_assert_eq!(Time::from_octets(moment.time.to_octets()), moment.time);
        prop_assert!(!moment.to_string().is_empty());
        // What names a moment says which, what is a pattern says none.
        let local = moment.utc_seconds().map(|utc| utc - i64::from(moment.deviation.0) * 60);
        prop_assert!(local.is_none() || local == moment.local_seconds());
    }

    #[test]
    fn a_moment_is_the_same_at_every_deviation(
        seconds in -62_167_219_200i64..1_900_000_000_000,
        deviation in -840i16..=840,
    ) {
        let moment = DateTime::from_utc_seconds(seconds, Deviation(deviation));
        if moment.date.year != 0xffff {
            prop_assert_eq!(moment.deviation, Deviation(deviation));
            let local = moment.local_seconds();
            // The year 0 begins at the meridian: what lies before it is clipped.
            if seconds >= -62_167_132_800 {
                prop_assert_eq!(moment.utc_seconds(), Some(seconds), "{}", moment);
                prop_assert_eq!(local, Some(seconds - i64::from(deviation) * 60));
            }
            prop_assert!(moment.is_valid(), "{}", moment);
        }
    }

    #[test]
    fn days_follow_each_other(days in -719_468i64..23_000_000) {
        let (today, tomorrow) = (Date::from_days_since_epoch(days), Date::from_days_since_epoch(days + 1));
        if tomorrow.year < 0xffff {
            prop_assert_eq!(today.days_since_epoch(), Some(days));
            prop_assert!(today < tomorrow);
            prop_assert_eq!(tomorrow.day_of_week, today.day_of_week % 7 + 1);
        }
    }

    #[test]
    fn reversing_a_deviation_twice_changes_nothing(moment in arbitrary::date_time()) {
        prop_assert_eq!(moment.deviation.reversed().reversed(), moment.deviation);
    }
}
