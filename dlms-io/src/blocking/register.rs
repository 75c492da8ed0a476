use cosem_classes::register::Register;
use cosem_classes::{Scaled, ScalerUnit};
use dlms::client::{ClientError, Misuse, Refusal};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{DecodeError, DecodeErrorKind};
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::DataType;
use dlms_core::link::Link;
use dlms_security::CounterStore;
use obis::ObisCode;

use super::{Error, Meter, Transport};

/// Registers.
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
        let mut answers = self.read_all(attributes)?.into_iter();
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
}
