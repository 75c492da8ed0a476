use cosem_classes::clock::{self, PresetTime};
use cosem_classes::model::Method;
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::DateTime;
use dlms_core::link::Link;
use dlms_security::CounterStore;
use obis::ObisCode;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Error, Meter};
use crate::clock_form::ClockForm;
use crate::{Correction, Synchronisation, SynchronisationPolicy};

/// A clock of a meter.
#[derive(Debug)]
pub struct Clock<'m, T, L, C, K, B = Vec<u8>> {
    meter: &'m mut Meter<T, L, C, K, B>,
    object: clock::Clock,
}

impl<T, L, C, K, B> Meter<T, L, C, K, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    L: Link,
    C: CryptoProvider,
    K: CounterStore,
    B: Buffer,
{
    /// A clock: a Clock object of this name, usually 0-0:1.0.0.255.
    ///
    /// ```
    /// # use dlms_io::tokio::{Error, Meter};
    /// # use dlms_io::{Correction, SynchronisationPolicy};
    /// # use obis::obis;
    /// # async fn set<T, L, C, K, B>(meter: &mut Meter<T, L, C, K, B>, now: i64) -> Result<(), Error>
    /// # where
    /// #     T: ::tokio::io::AsyncRead + ::tokio::io::AsyncWrite + Unpin,
    /// #     L: dlms_core::link::Link,
    /// #     C: dlms_core::crypto::CryptoProvider,
    /// #     K: dlms_security::CounterStore,
    /// #     B: dlms_core::buffer::Buffer,
    /// # {
    /// let mut clock = meter.clock(obis!("0-0:1.0.0.255"));
    /// println!("{}", clock.time().await?);
    /// let synchronised = clock.synchronise(now, SynchronisationPolicy::default()).await?;
    /// if synchronised.correction == Correction::Set {
    ///     println!("it was wrong by {:?} s", synchronised.ahead);
    /// }
    /// clock.adjust_to_minute().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn clock(&mut self, name: ObisCode) -> Clock<'_, T, L, C, K, B> {
        Clock { meter: self, object: clock::Clock::at(name) }
    }
}

/// What is done with clocks.
///
/// # Errors
/// See [`Error`].
impl<T, L, C, K, B> Clock<'_, T, L, C, K, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    L: Link,
    C: CryptoProvider,
    K: CounterStore,
    B: Buffer,
{
    /// The time it shows.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn time(&mut self) -> Result<DateTime, Error> {
        Ok(self.read().await?.time)
    }

    /// Sets it to seconds since 1970-01-01T00:00:00Z, with the deviation, the status and the type that it has.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn set(&mut self, utc_seconds: i64) -> Result<(), Error> {
        let form = self.read().await?;
        self.write(&form, utc_seconds).await
    }

    /// Corrects it where it differs from the time, in seconds since 1970-01-01T00:00:00Z, by more than the policy lets
    /// it: shifts it, or sets it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn synchronise(
        &mut self,
        utc_seconds: i64,
        policy: SynchronisationPolicy,
    ) -> Result<Synchronisation, Error> {
        let form = self.read().await?;
        let ahead = form.time.utc_seconds().map(|shown| shown.saturating_sub(utc_seconds));
        let correction = policy.correction(ahead);
        match correction {
            Correction::None => {}
            Correction::Shifted(seconds) => self.shift(seconds).await?,
            Correction::Set => self.write(&form, utc_seconds).await?,
        }
        Ok(Synchronisation { ahead, correction })
    }

    /// Shifts it by so many seconds, −900..=900.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn shift(&mut self, seconds: i16) -> Result<(), Error> {
        self.meter.invoke(self.object.shift_time(), &seconds).await
    }

    /// Sets it to the nearest quarter of an hour.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn adjust_to_quarter(&mut self) -> Result<(), Error> {
        self.adjust(self.object.adjust_to_quarter()).await
    }

    /// Sets it to the nearest beginning of a measuring period.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn adjust_to_measuring_period(&mut self) -> Result<(), Error> {
        self.adjust(self.object.adjust_to_measuring_period()).await
    }

    /// Sets it to the nearest minute.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn adjust_to_minute(&mut self) -> Result<(), Error> {
        self.adjust(self.object.adjust_to_minute()).await
    }

    /// Presets a time, for [`adjust_to_preset_time`](Self::adjust_to_preset_time).
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn preset(&mut self, time: &PresetTime) -> Result<(), Error> {
        self.meter.invoke(self.object.preset_adjusting_time(), time).await
    }

    /// Sets it to the time that was preset.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn adjust_to_preset_time(&mut self) -> Result<(), Error> {
        self.adjust(self.object.adjust_to_preset_time()).await
    }

    async fn adjust(&mut self, method: Method<i8, ()>) -> Result<(), Error> {
        self.meter.invoke(method, &0).await
    }

    async fn read(&mut self) -> Result<ClockForm, Error> {
        let reversed = self.meter.habits.deviation_reversed;
        let value = self.meter.get_any(self.object.time().descriptor(), None).await?;
        Ok(ClockForm::of(value, reversed)?)
    }

    async fn write(&mut self, form: &ClockForm, utc_seconds: i64) -> Result<(), Error> {
        self.meter.set_any(self.object.time().descriptor(), None, &form.at(utc_seconds)).await
    }
}
