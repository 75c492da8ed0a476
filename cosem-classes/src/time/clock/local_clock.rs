use dlms_core::apdu::{ActionResult, DataAccessResult};
use dlms_core::data::{ClockStatus, DateTime, Deviation};

use super::{ClockBase, DaylightSaving, PresetTime, Serve, TimeSource};
use crate::model::{Answer, Effect};
use crate::time::period_at;

/// A clock that shows local time and counts in UTC.
#[derive(Debug, Clone)]
pub struct LocalClock<S> {
    /// What counts.
    pub source: S,
    /// UTC minus local normal time, in minutes: −60 is one hour east of Greenwich.
    pub time_zone: i16,
    /// When the clock is set on for the summer.
    pub daylight_saving: DaylightSaving,
    /// Where the time comes from.
    pub clock_base: ClockBase,
    /// Seconds of a measuring period; 0: there is none.
    pub measuring_period: u32,
    /// Whether clients take deviations, and so the time zone, for local time minus UTC, against the standard.
    pub deviation_reversed: bool,
    preset: Option<PresetTime>,
}

impl<S: TimeSource> LocalClock<S> {
    /// A clock on the normal time of a zone, with measuring periods of 15 minutes.
    #[must_use]
    pub const fn new(source: S, time_zone: i16, daylight_saving: DaylightSaving) -> Self {
        Self {
            source,
            time_zone,
            daylight_saving,
            clock_base: ClockBase::InternalCrystal,
            measuring_period: 900,
            deviation_reversed: false,
            preset: None,
        }
    }

    /// The local time, its deviation and status by the standard.
    #[must_use]
    pub fn now(&self) -> DateTime {
        let milliseconds = self.source.utc_milliseconds();
        let utc = milliseconds.div_euclid(1_000);
        let mut now = DateTime::from_utc_seconds(utc, self.deviation_at(utc));
        now.time.hundredths = u8::try_from(milliseconds.rem_euclid(1_000) / 10).unwrap_or(0xff);
        now.clock_status = self.clock_status();
        now
    }

    /// The local time, in seconds since 1970-01-01T00:00:00 of that time.
    #[must_use]
    pub fn local_seconds(&self) -> i64 {
        let utc = self.source.utc_milliseconds().div_euclid(1_000);
        utc.saturating_sub(i64::from(self.deviation_at(utc).0) * 60)
    }

    /// Whether daylight saving is active, and how far the time can be trusted.
    #[must_use]
    pub fn clock_status(&self) -> ClockStatus {
        let status = self.source.status();
        let utc = self.source.utc_milliseconds().div_euclid(1_000);
        let active = status.is_specified() && self.daylight_saving.is_active(utc, self.time_zone);
        if active { ClockStatus(status.0 | 0x80) } else { status }
    }

    fn deviation_at(&self, utc: i64) -> Deviation {
        let active = self.daylight_saving.is_active(utc, self.time_zone);
        let daylight = if active { i16::from(self.daylight_saving.deviation) } else { 0 };
        Deviation(self.time_zone.saturating_sub(daylight))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z; nothing for a pattern. A time that says no deviation is taken as
    /// this clock shows it; where it shows it twice, the status says which is meant, else it is the first.
    fn utc_milliseconds(&self, time: DateTime) -> Option<i64> {
        let seconds = match time.utc_seconds() {
            Some(utc) => utc,
            None => self.utc_of_local(time.local_seconds()?, time.clock_status),
        };
        let hundredths = if time.time.hundredths == 0xff { 0 } else { time.time.hundredths };
        Some(seconds.saturating_mul(1_000).saturating_add(i64::from(hundredths) * 10))
    }

    fn utc_of_local(&self, local: i64, status: ClockStatus) -> i64 {
        let normal = local.saturating_add(i64::from(self.time_zone) * 60);
        let daylight = normal.saturating_sub(i64::from(self.daylight_saving.deviation) * 60);
        let active = |utc| self.daylight_saving.is_active(utc, self.time_zone);
        let normal_is_meant = status.is_specified() && !status.daylight_saving_active();
        if active(daylight) && (active(normal) || !normal_is_meant) { daylight } else { normal }
    }

    /// Sets the time to the nearest multiple of `period` milliseconds, as the clock shows it.
    fn adjust(&mut self, period: i64) -> Result<Effect, ActionResult> {
        let now = self.source.utc_milliseconds();
        let deviation = i64::from(self.deviation_at(now.div_euclid(1_000)).0) * 60_000;
        let local = now.saturating_sub(deviation);
        let begin = period_at(local, period).ok_or(ActionResult::OtherReason)?.saturating_mul(period);
        let past = local.saturating_sub(begin);
        let on = if past < period.saturating_sub(past) { 0 } else { period };
        self.jump(now.saturating_sub(past).saturating_add(on))
    }

    fn jump(&mut self, utc_milliseconds: i64) -> Result<Effect, ActionResult> {
        self.source.set(utc_milliseconds).map_err(|e| ActionResult::from_code(e.code()))?;
        Ok(Effect::None)
    }

    /// From the deviation that clients mean to the standard's, and back.
    const fn translated(&self, mut time: DateTime) -> DateTime {
        if self.deviation_reversed {
            time.deviation = time.deviation.reversed();
        }
        time
    }

    /// A rule as clients set it.
    fn rule(&self, time: DateTime) -> Result<DateTime, DataAccessResult> {
        if time.is_valid() { Ok(self.translated(time)) } else { Err(DataAccessResult::OtherReason) }
    }
}

impl<S: TimeSource> Serve for LocalClock<S> {
    fn time(&self) -> Answer<'_, DateTime> {
        Ok(self.translated(self.now()))
    }

    fn set_time(&mut self, value: DateTime) -> Result<Effect, DataAccessResult> {
        let time = self.rule(value)?;
        let utc = self.utc_milliseconds(time).ok_or(DataAccessResult::OtherReason)?;
        self.source.set(utc)?;
        Ok(Effect::None)
    }

    fn time_zone(&self) -> Answer<'_, i16> {
        Ok(if self.deviation_reversed { self.time_zone.saturating_neg() } else { self.time_zone })
    }

    fn set_time_zone(&mut self, value: i16) -> Result<Effect, DataAccessResult> {
        if !(-840..=840).contains(&value) {
            return Err(DataAccessResult::OtherReason);
        }
        self.time_zone = if self.deviation_reversed { value.saturating_neg() } else { value };
        Ok(Effect::None)
    }

    fn status(&self) -> Answer<'_, u8> {
        Ok(self.clock_status().0)
    }

    fn daylight_savings_begin(&self) -> Answer<'_, DateTime> {
        Ok(self.translated(self.daylight_saving.begin))
    }

    fn set_daylight_savings_begin(&mut self, value: DateTime) -> Result<Effect, DataAccessResult> {
        self.daylight_saving.begin = self.rule(value)?;
        Ok(Effect::None)
    }

    fn daylight_savings_end(&self) -> Answer<'_, DateTime> {
        Ok(self.translated(self.daylight_saving.end))
    }

    fn set_daylight_savings_end(&mut self, value: DateTime) -> Result<Effect, DataAccessResult> {
        self.daylight_saving.end = self.rule(value)?;
        Ok(Effect::None)
    }

    fn daylight_savings_deviation(&self) -> Answer<'_, i8> {
        Ok(self.daylight_saving.deviation)
    }

    fn set_daylight_savings_deviation(&mut self, value: i8) -> Result<Effect, DataAccessResult> {
        if !(-120..=120).contains(&value) {
            return Err(DataAccessResult::OtherReason);
        }
        self.daylight_saving.deviation = value;
        Ok(Effect::None)
    }

    fn daylight_savings_enabled(&self) -> Answer<'_, bool> {
        Ok(self.daylight_saving.enabled)
    }

    fn set_daylight_savings_enabled(&mut self, value: bool) -> Result<Effect, DataAccessResult> {
        self.daylight_saving.enabled = value;
        Ok(Effect::None)
    }

    fn clock_base(&self) -> Answer<'_, ClockBase> {
        Ok(self.clock_base)
    }

    fn adjust_to_quarter(&mut self) -> Result<Effect, ActionResult> {
        self.adjust(900_000)
    }

    fn adjust_to_measuring_period(&mut self) -> Result<Effect, ActionResult> {
        self.adjust(i64::from(self.measuring_period) * 1_000)
    }

    fn adjust_to_minute(&mut self) -> Result<Effect, ActionResult> {
        self.adjust(60_000)
    }

    /// A preset time is set once.
    fn adjust_to_preset_time(&mut self) -> Result<Effect, ActionResult> {
        let preset = self.preset.ok_or(ActionResult::OtherReason)?;
        let moment = |time| self.utc_milliseconds(time).ok_or(ActionResult::OtherReason);
        let valid = moment(preset.validity_interval_start)?..=moment(preset.validity_interval_end)?;
        let utc = moment(preset.preset_time)?;
        if !valid.contains(&self.source.utc_milliseconds()) {
            return Err(ActionResult::TemporaryFailure);
        }
        let effect = self.jump(utc)?;
        self.preset = None;
        Ok(effect)
    }

    fn preset_adjusting_time(&mut self, parameter: PresetTime) -> Result<Effect, ActionResult> {
        let moment = |time: DateTime| {
            let time = self.rule(time).ok().filter(|time| self.utc_milliseconds(*time).is_some());
            time.ok_or(ActionResult::OtherReason)
        };
        self.preset = Some(PresetTime {
            preset_time: moment(parameter.preset_time)?,
            validity_interval_start: moment(parameter.validity_interval_start)?,
            validity_interval_end: moment(parameter.validity_interval_end)?,
        });
        Ok(Effect::None)
    }

    fn shift_time(&mut self, parameter: i16) -> Result<Effect, ActionResult> {
        if !(-900..=900).contains(&parameter) {
            return Err(ActionResult::OtherReason);
        }
        self.jump(self.source.utc_milliseconds().saturating_add(i64::from(parameter) * 1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    struct Counter(i64);
    impl TimeSource for Counter {
        fn utc_milliseconds(&self) -> i64 {
            self.0
        }
        fn set(&mut self, utc_milliseconds: i64) -> Result<(), DataAccessResult> {
            self.0 = utc_milliseconds;
            Ok(())
        }
    }

    const EUROPE: DaylightSaving = DaylightSaving {
        begin: DateTime::from_octets([0xff, 0xff, 3, 0xfe, 7, 2, 0, 0, 0, 0x80, 0, 0]),
        end: DateTime::from_octets([0xff, 0xff, 10, 0xfe, 7, 3, 0, 0, 0, 0x80, 0, 0]),
        deviation: 60,
        enabled: true,
    };

    /// 2021-07-19T13:46:35.250Z.
    const SUMMER: i64 = 1_626_702_395_250;

    fn clock(utc_milliseconds: i64) -> LocalClock<Counter> {
        LocalClock::new(Counter(utc_milliseconds), -60, EUROPE)
    }

    fn local(octets: [u8; 9], deviation: i16, status: u8) -> DateTime {
        let [a, b, c, d, e, f, g, h, i] = octets;
        let [j, k] = deviation.to_be_bytes();
        DateTime::from_octets([a, b, c, d, e, f, g, h, i, j, k, status])
    }

    #[test]
    fn shows_the_published_example() {
        let now = clock(SUMMER).time().unwrap();
        assert_eq!(now.to_octets(), [0x07, 0xe5, 7, 19, 1, 15, 46, 35, 25, 0xff, 0x88, 0x80]);
        assert_eq!(clock(SUMMER).status(), Ok(0x80));
        let winter = clock(SUMMER - 180 * 86_400_000).now();
        assert_eq!(winter.to_string(), "2021-01-20T14:46:35.25+01:00");
        assert_eq!((winter.deviation, winter.clock_status), (Deviation(-60), ClockStatus(0)));
        assert_eq!(clock(SUMMER).local_seconds(), SUMMER / 1_000 + 7_200);
    }

    #[test]
    fn a_reversed_meter_turns_every_sign() {
        let mut clock = LocalClock { deviation_reversed: true, ..clock(SUMMER) };
        assert_eq!(clock.time().unwrap().deviation, Deviation(120));
        assert_eq!(clock.time_zone(), Ok(60));
        clock.set_time(local([0x07, 0xe5, 7, 19, 1, 15, 0, 0, 0], 120, 0x80)).unwrap();
        assert_eq!(clock.now().to_string(), "2021-07-19T15:00:00+02:00");
        clock.set_time_zone(120).unwrap();
        assert_eq!(clock.time_zone, -120);
    }

    #[test]
    fn set_with_or_without_a_deviation() {
        let mut clock = clock(0);
        clock.set_time(local([0x07, 0xe5, 7, 19, 1, 13, 46, 35, 25], 0, 0)).unwrap();
        assert_eq!(clock.source.0, SUMMER);
        clock.set_time(local([0x07, 0xe5, 7, 19, 0xff, 15, 46, 35, 25], i16::MIN, 0xff)).unwrap();
        assert_eq!(clock.source.0, SUMMER);
        clock.set_time(local([0x07, 0xe5, 7, 19, 0xff, 15, 46, 0xff, 0xff], i16::MIN, 0xff)).unwrap();
        assert_eq!(clock.source.0, SUMMER - 35_250);
        let pattern = local([0xff, 0xff, 7, 19, 0xff, 15, 46, 35, 25], i16::MIN, 0xff);
        assert_eq!(clock.set_time(pattern), Err(DataAccessResult::OtherReason));
        let nonsense = local([0x07, 0xe5, 13, 19, 0xff, 15, 46, 35, 25], i16::MIN, 0xff);
        assert_eq!(clock.set_time(nonsense), Err(DataAccessResult::OtherReason));
    }

    #[test]
    fn the_hour_that_comes_twice_is_told_by_the_status() {
        let mut clock = clock(0);
        let half_past_two = |status| local([0x07, 0xe8, 10, 27, 7, 2, 30, 0, 0], i16::MIN, status);
        clock.set_time(half_past_two(0x80)).unwrap();
        assert_eq!(clock.now().to_string(), "2024-10-27T02:30:00+02:00");
        clock.set_time(half_past_two(0x00)).unwrap();
        assert_eq!(clock.now().to_string(), "2024-10-27T02:30:00+01:00");
        clock.set_time(half_past_two(0xff)).unwrap();
        assert_eq!(clock.now().to_string(), "2024-10-27T02:30:00+02:00");
        // This hour never comes.
        clock.set_time(local([0x07, 0xe8, 3, 31, 7, 2, 30, 0, 0], i16::MIN, 0xff)).unwrap();
        assert_eq!(clock.now().to_string(), "2024-03-31T03:30:00+02:00");
    }

    #[test]
    fn adjusts_to_the_nearest() {
        let adjusted = |adjust: fn(&mut LocalClock<Counter>) -> Result<Effect, ActionResult>| {
            let mut clock = clock(SUMMER);
            adjust(&mut clock).unwrap();
            clock.now().to_string()
        };
        assert_eq!(adjusted(Serve::adjust_to_minute), "2021-07-19T15:47:00+02:00");
        assert_eq!(adjusted(Serve::adjust_to_quarter), "2021-07-19T15:45:00+02:00");
        assert_eq!(adjusted(Serve::adjust_to_measuring_period), "2021-07-19T15:45:00+02:00");
        let mut clock = LocalClock { measuring_period: 0, ..clock(SUMMER) };
        assert_eq!(clock.adjust_to_measuring_period(), Err(ActionResult::OtherReason));
    }

    #[test]
    fn shifts_by_a_quarter_at_most() {
        let mut clock = clock(SUMMER);
        clock.shift_time(-900).unwrap();
        assert_eq!(clock.source.0, SUMMER - 900_000);
        assert_eq!(clock.shift_time(901), Err(ActionResult::OtherReason));
        assert_eq!(clock.source.0, SUMMER - 900_000);
    }

    #[test]
    fn a_preset_time_is_set_once_and_in_its_interval() {
        let mut clock = clock(SUMMER);
        assert_eq!(clock.adjust_to_preset_time(), Err(ActionResult::OtherReason));
        let at = |hour, minute| local([0x07, 0xe5, 7, 19, 1, hour, minute, 0, 0], i16::MIN, 0xff);
        let preset = PresetTime {
            preset_time: at(16, 0),
            validity_interval_start: at(15, 50),
            validity_interval_end: at(16, 10),
        };
        clock.preset_adjusting_time(preset).unwrap();
        assert_eq!(clock.adjust_to_preset_time(), Err(ActionResult::TemporaryFailure));
        clock.source.0 += 600_000;
        clock.adjust_to_preset_time().unwrap();
        assert_eq!(clock.now().to_string(), "2021-07-19T16:00:00+02:00");
        assert_eq!(clock.adjust_to_preset_time(), Err(ActionResult::OtherReason));
        let open = PresetTime { preset_time: DateTime::NOT_SPECIFIED, ..preset };
        assert_eq!(clock.preset_adjusting_time(open), Err(ActionResult::OtherReason));
    }
}
