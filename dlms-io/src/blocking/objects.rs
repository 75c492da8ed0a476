use cosem_classes::clock::Clock;
use cosem_classes::disconnect_control::{ControlState, DisconnectControl};
use cosem_classes::register::Register;
use cosem_classes::{Scaled, ScalerUnit};
use dlms::client::{ClientError, Misuse, Refusal};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{DecodeError, DecodeErrorKind};
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::{DataType, DateTime};
use dlms_core::link::Link;
use dlms_security::CounterStore;
use obis::ObisCode;

use super::{Error, Meter, Transport};

/// What is done with objects every day.
///
/// # Errors
/// See [`Error`].
impl<T: Transport, L: Link, C: CryptoProvider, K: CounterStore, B: Buffer> Meter<T, L, C, K, B> {
    /// Reads a register with its scaler and unit, in one request where the meter takes lists.
    ///
    /// # Errors
    /// See [`Error`]; `Malformed`: its value is no integer.
    pub fn read_register(&mut self, name: ObisCode) -> Result<Scaled, Error> {
        let register = Register::at(name);
        let attributes = [register.value().descriptor(), register.scaler_unit().descriptor()];
        let mut answers = self.read_all(&attributes)?.into_iter();
        let mut answer = || {
            let answer = answers.next().ok_or(ClientError::Misuse(Misuse::NoResult))?;
            answer.map_err(|result| ClientError::Refused(Refusal::DataAccess(result)))
        };
        let (value, meaning) = (answer()?, answer()?);
        let value = value.as_data();
        let scaled = ScalerUnit::from_data(meaning.as_data()).and_then(|meaning| meaning.scale_data(value));
        let kind =
            DecodeErrorKind::WrongType { expected: "an integer and its scaler_unit", found: value.tag() };
        Ok(scaled.ok_or(ClientError::Malformed(DecodeError { kind, offset: 0 }))?)
    }

    /// The time of a clock.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn read_clock(&mut self, name: ObisCode) -> Result<DateTime, Error> {
        self.get(Clock::at(name).time())
    }

    /// Sets a clock to seconds since 1970-01-01T00:00:00Z, with the deviation and the status that it has.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn set_clock(&mut self, name: ObisCode, utc_seconds: i64) -> Result<(), Error> {
        let present = self.read_clock(name)?;
        let time = DateTime::from_utc_seconds(utc_seconds, present.deviation);
        self.set(Clock::at(name).time(), &DateTime { clock_status: present.clock_status, ..time })
    }

    /// What a breaker is allowed to do.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn breaker_state(&mut self, name: ObisCode) -> Result<ControlState, Error> {
        self.get(DisconnectControl::at(name).control_state())
    }

    /// Disconnects a breaker.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn disconnect(&mut self, name: ObisCode) -> Result<(), Error> {
        self.invoke(DisconnectControl::at(name).remote_disconnect(), &0).map(|_| ())
    }

    /// Connects a breaker, or lets the consumer connect it: its control mode decides.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn reconnect(&mut self, name: ObisCode) -> Result<(), Error> {
        self.invoke(DisconnectControl::at(name).remote_reconnect(), &0).map(|_| ())
    }
}
