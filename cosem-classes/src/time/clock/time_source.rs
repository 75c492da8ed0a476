use dlms_core::apdu::DataAccessResult;
use dlms_core::data::ClockStatus;

/// What counts the time: a real-time clock, a counter, a test.
pub trait TimeSource {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn utc_milliseconds(&self) -> i64;

    /// Sets the time: milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Why it was not set: `hardware-fault`, `temporary-failure`.
    fn set(&mut self, utc_milliseconds: i64) -> Result<(), DataAccessResult>;

    /// How far the time can be trusted. Whether daylight saving is active is none of its business.
    fn status(&self) -> ClockStatus {
        ClockStatus(0)
    }
}
