use cosem_classes::security_setup::SecurityKeyId;
use cosem_classes::security_setup::v1::{
    self, CertificateIdentificationView, CertificateInfo, CertificateType, KeyAgreementData,
};
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::{Array, ArrayView, Octets};
use dlms_core::link::Link;
use dlms_security::certificate::Purpose;
use dlms_security::{AlgorithmIds, CounterStore, PublicKey, SecurityPolicy};
use obis::ObisCode;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Error, Meter};

/// The security of a meter: policy, keys and certificates.
#[derive(Debug)]
pub struct SecuritySetup<'m, T, L, C, K, B = Vec<u8>> {
    meter: &'m mut Meter<T, L, C, K, B>,
    object: v1::SecuritySetup,
}

impl<T, L, C, K, B> Meter<T, L, C, K, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    L: Link,
    C: CryptoProvider,
    K: CounterStore,
    B: Buffer,
{
    /// The security of the meter: a Security setup object of this name, usually 0-0:43.0.0.255.
    ///
    /// ```
    /// # use cosem_classes::security_setup::SecurityKeyId;
    /// # use dlms_io::tokio::{Error, Meter};
    /// # use obis::obis;
    /// # async fn replace<T, L, C, K, B>(meter: &mut Meter<T, L, C, K, B>, new: &[u8]) -> Result<(), Error>
    /// # where
    /// #     T: ::tokio::io::AsyncRead + ::tokio::io::AsyncWrite + Unpin,
    /// #     L: dlms_core::link::Link,
    /// #     C: dlms_core::crypto::CryptoProvider,
    /// #     K: dlms_security::CounterStore,
    /// #     B: dlms_core::buffer::Buffer,
    /// # {
    /// let mut security = meter.security_setup(obis!("0-0:43.0.0.255"));
    /// security.transfer_keys(&[(SecurityKeyId::GlobalUnicastEncryptionKey, new)]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn security_setup(&mut self, name: ObisCode) -> SecuritySetup<'_, T, L, C, K, B> {
        SecuritySetup { meter: self, object: v1::SecuritySetup::at(name) }
    }
}

/// What is done with the security of a meter.
///
/// # Errors
/// See [`Error`].
impl<T, L, C, K, B> SecuritySetup<'_, T, L, C, K, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    L: Link,
    C: CryptoProvider,
    K: CounterStore,
    B: Buffer,
{
    /// Puts a policy in force, at once, in a meter whose Security setup is of version 1: it may demand more than the one
    /// before, never less.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn activate(&mut self, policy: SecurityPolicy) -> Result<(), Error> {
        self.meter.invoke(self.object.security_activate(), &v1::SecurityPolicy(policy.to_v1())).await
    }

    /// Replaces global keys, in the meter and here: all or none. They protect from the next message on, and their
    /// counters start again.
    ///
    /// Where the answer does not come, whether the keys were replaced is not known: the meter takes either the old ones
    /// or the new.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn transfer_keys(&mut self, keys: &[(SecurityKeyId, &[u8])]) -> Result<(), Error> {
        let transfer = self.meter.client_mut().wrap_keys(keys)?;
        self.meter.invoke_any(self.object.key_transfer().descriptor(), &transfer).await?;
        Ok(self.meter.client_mut().use_transferred(&transfer)?)
    }

    /// Agrees on new global keys with the meter, whose public key for signatures is given, and uses them as those that
    /// were [transferred](Self::transfer_keys).
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn agree_keys(
        &mut self,
        keys: &[SecurityKeyId],
        algorithm_ids: AlgorithmIds,
        meter: &PublicKey,
    ) -> Result<(), Error> {
        let mut offer = self.meter.client_mut().offer_keys(keys, algorithm_ids)?;
        let method = self.object.key_agreement();
        let answered = match self.meter.invoke_any(method.descriptor(), &offer).await {
            Ok(_) => {
                let answer = self.meter.client().value::<Array<KeyAgreementData>>();
                answer.and_then(|answer| offer.answered(&answer))
            }
            Err(error) => {
                self.meter.client_mut().give_up(offer);
                return Err(error);
            }
        };
        let client = self.meter.client_mut();
        match answered {
            Ok(()) => Ok(client.use_agreed(offer, meter)?),
            Err(error) => {
                client.give_up(offer);
                Err(error.into())
            }
        }
    }

    /// Has the meter make a new key pair, which it uses once it has a certificate for it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn generate_key_pair(&mut self, purpose: Purpose) -> Result<(), Error> {
        self.meter.invoke(self.object.generate_key_pair(), &CertificateType::from_code(purpose.id())).await
    }

    /// The request to certify the meter's key pair: PKCS #10, in DER.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn certificate_request(&mut self, purpose: Purpose) -> Result<&[u8], Error> {
        let method = self.object.generate_certificate_request();
        Ok(self.meter.invoke(method, &CertificateType::from_code(purpose.id())).await?.0)
    }

    /// Gives the meter a certificate: X.509, in DER.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn import_certificate(&mut self, der: &[u8]) -> Result<(), Error> {
        self.meter.invoke(self.object.import_certificate(), &Octets(der)).await
    }

    /// A certificate of the meter: X.509, in DER.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn export_certificate(
        &mut self,
        which: &CertificateIdentificationView<'_>,
    ) -> Result<&[u8], Error> {
        Ok(self.meter.invoke(self.object.export_certificate(), which).await?.0)
    }

    /// Has the meter forget a certificate.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn remove_certificate(
        &mut self,
        which: &CertificateIdentificationView<'_>,
    ) -> Result<(), Error> {
        self.meter.invoke(self.object.remove_certificate(), which).await
    }

    /// The certificates that the meter keeps.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn certificates(&mut self) -> Result<ArrayView<'_, CertificateInfo>, Error> {
        self.meter.get(self.object.certificates()).await
    }
}
