use cosem_classes::disconnect_control::{ControlMode, ControlState, DisconnectControl};
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::Link;
use dlms_security::CounterStore;
use obis::ObisCode;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Error, Meter};

/// A breaker of a meter.
#[derive(Debug)]
pub struct Breaker<'m, T, L, C, K, B = Vec<u8>> {
    meter: &'m mut Meter<T, L, C, K, B>,
    object: DisconnectControl,
}

impl<T, L, C, K, B> Meter<T, L, C, K, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    L: Link,
    C: CryptoProvider,
    K: CounterStore,
    B: Buffer,
{
    /// A breaker: a Disconnect control object of this name, usually 0-0:96.3.10.255.
    ///
    /// ```
    /// # use dlms_io::tokio::{Error, Meter};
    /// # use obis::obis;
    /// # async fn switch<T, L, C, K, B>(meter: &mut Meter<T, L, C, K, B>) -> Result<(), Error>
    /// # where
    /// #     T: ::tokio::io::AsyncRead + ::tokio::io::AsyncWrite + Unpin,
    /// #     L: dlms_core::link::Link,
    /// #     C: dlms_core::crypto::CryptoProvider,
    /// #     K: dlms_security::CounterStore,
    /// #     B: dlms_core::buffer::Buffer,
    /// # {
    /// let mut breaker = meter.breaker(obis!("0-0:96.3.10.255"));
    /// breaker.disconnect().await?;
    /// assert!(!breaker.output_state().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub const fn breaker(&mut self, name: ObisCode) -> Breaker<'_, T, L, C, K, B> {
        Breaker { meter: self, object: DisconnectControl::at(name) }
    }
}

/// What is done with breakers.
///
/// # Errors
/// See [`Error`].
impl<T, L, C, K, B> Breaker<'_, T, L, C, K, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    L: Link,
    C: CryptoProvider,
    K: CounterStore,
    B: Buffer,
{
    /// Whether the supply is on.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn output_state(&mut self) -> Result<bool, Error> {
        self.meter.get(self.object.output_state()).await
    }

    /// What it is allowed to do.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn state(&mut self) -> Result<ControlState, Error> {
        self.meter.get(self.object.control_state()).await
    }

    /// Which transitions there are.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn mode(&mut self) -> Result<ControlMode, Error> {
        self.meter.get(self.object.control_mode()).await
    }

    /// Disconnects it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn disconnect(&mut self) -> Result<(), Error> {
        self.meter.invoke(self.object.remote_disconnect(), &0).await
    }

    /// Connects it, or lets the consumer connect it: its control mode decides.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn reconnect(&mut self) -> Result<(), Error> {
        self.meter.invoke(self.object.remote_reconnect(), &0).await
    }
}
