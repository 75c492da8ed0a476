use std::sync::{Arc, Mutex, PoisonError};

use cosem_classes::disconnect_control::Relay;
use dlms_core::apdu::ActionResult;

/// A house with three phases behind the meter: what it takes, and what it has taken so far.
#[derive(Debug)]
pub(crate) struct House {
    seed: u64,
    connected: bool,
    /// World time up to which energy is counted, in milliseconds since 1970.
    counted: i64,
    /// Active energy taken by day and by night, in watt hours.
    import: Tariffs,
    /// Active energy given back, in watt hours.
    export: f64,
}

/// The house, shared by the objects of its meter.
pub(crate) type SharedHouse = Arc<Mutex<House>>;

/// Energy by tariff, in watt hours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tariffs {
    /// Taken by day.
    pub(crate) day: f64,
    /// Taken by night.
    pub(crate) night: f64,
}

impl Tariffs {
    /// Both together.
    pub(crate) const fn total(self) -> f64 {
        self.day + self.night
    }
}

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

impl House {
    /// A house whose energy is counted from `from` on, in milliseconds since 1970.
    pub(crate) fn new(seed: u64, from: i64) -> Self {
        Self {
            seed,
            connected: true,
            counted: from,
            import: Tariffs { day: 8_123_456.0, night: 4_222_222.0 },
            export: 311_000.0,
        }
    }

    /// Counts energy up to `now`, minute by minute.
    pub(crate) fn advance(&mut self, now: i64) {
        while self.counted < now {
            let end = now.min((self.counted.div_euclid(MINUTE) + 1) * MINUTE);
            let hours = f64_from(end - self.counted) / 3_600_000.0;
            let power = self.power(self.counted);
            if power >= 0.0 && is_night(self.counted) {
                self.import.night += power * hours;
            } else if power >= 0.0 {
                self.import.day += power * hours;
            } else {
                self.export -= power * hours;
            }
            self.counted = end;
        }
    }

    /// Active power at `time` in watts; negative when the roof gives more than the house takes.
    pub(crate) fn power(&self, time: i64) -> f64 {
        if !self.connected {
            return 0.0;
        }
        let hour = f64_from(time.rem_euclid(DAY)) / 3_600_000.0;
        let hump = |at: f64, width: f64, height: f64| height * (-((hour - at) / width).powi(2)).exp();
        let takes = 180.0 + hump(7.0, 1.3, 1_500.0) + hump(12.5, 1.0, 700.0) + hump(19.5, 2.2, 2_400.0);
        let sun = hump(12.7, 2.4, 1_900.0) * (0.4 + 0.6 * self.dice(time.div_euclid(DAY), 1));
        takes * (0.75 + 0.5 * self.dice(time.div_euclid(15 * MINUTE), 2)) - sun
    }

    /// Voltage of phase 0, 1 or 2 at `time`, in volts.
    pub(crate) fn voltage(&self, time: i64, phase: i64) -> f64 {
        228.0 + 5.0 * self.dice(time.div_euclid(MINUTE), 3 + phase)
    }

    /// Current of phase 0, 1 or 2 at `time`, in amperes.
    pub(crate) fn current(&self, time: i64, phase: i64) -> f64 {
        let share = [0.5, 0.3, 0.2].get(usize::try_from(phase).unwrap_or(0)).copied().unwrap_or(0.0);
        self.power(time).abs() * share / self.voltage(time, phase)
    }

    /// Energy taken by day and by night, and given back, in watt hours.
    pub(crate) const fn energies(&self) -> (Tariffs, f64) {
        (self.import, self.export)
    }

    /// A number from 0 to 1 that is always the same for the same place.
    fn dice(&self, place: i64, salt: i64) -> f64 {
        let mut x =
            self.seed ^ place.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.unsigned_abs() << 56;
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((x ^ x >> 31) >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }
}

/// The night tariff is from ten to six, UTC.
const fn is_night(time: i64) -> bool {
    !matches!(time.rem_euclid(DAY) / (60 * MINUTE), 6..=21)
}

#[allow(clippy::cast_precision_loss, reason = "spans of a minute")]
const fn f64_from(milliseconds: i64) -> f64 {
    milliseconds as f64
}

/// The main switch of a house.
#[derive(Debug, Clone)]
pub(crate) struct MainSwitch(pub SharedHouse);

impl Relay for MainSwitch {
    fn switch(&mut self, on: bool) -> Result<(), ActionResult> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).connected = on;
        Ok(())
    }

    fn is_on(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).connected
    }
}
