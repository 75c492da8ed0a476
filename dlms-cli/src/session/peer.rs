use cosem_classes::security_setup::SecurityKeyId;
use dlms::client::image::{ImageOptions, ImageProgress};
use dlms::client::{Access, AccessOptions, Negotiated, Statistics};
use dlms_core::apdu::{
    AccessResult, AttributeDescriptor, AttributeSelection, DataAccessResult, GetDataResult, MethodDescriptor,
    SelectiveAccess,
};
use dlms_core::data::DataBuf;
use dlms_core::link::Link;
use dlms_io::blocking::{Error, Meter, Transport};
use dlms_io::{Habits, Observer, Traffic};
use dlms_security::{AlgorithmIds, PublicKey};
use obis::ObisCode;

use super::Counters;
use crate::connection::Provider;

/// A meter, whatever the line to it.
pub(crate) trait Peer {
    /// Shows all octets on the line to `observer` from now on.
    fn observe(&mut self, observer: Box<dyn Observer + Send>);
    /// Heeds what the meter wants from now on.
    fn set_habits(&mut self, habits: Habits);
    /// Opens the association.
    fn associate(&mut self) -> Result<Negotiated, Error>;
    /// Releases it.
    fn release(&mut self) -> Result<(), Error>;
    /// Reads an attribute, or a part of it.
    fn get(
        &mut self,
        attribute: AttributeDescriptor,
        part: Option<&SelectiveAccess<'_>>,
    ) -> Result<DataBuf, Error>;
    /// Reads several attributes in one request.
    fn get_list(&mut self, attributes: &[AttributeSelection<'_>]) -> Result<Vec<Answer>, Error>;
    /// Reads several attributes by ACCESS.
    fn access(&mut self, attributes: &[AttributeDescriptor]) -> Result<Vec<Answer>, Error>;
    /// Writes an attribute.
    fn set(&mut self, attribute: AttributeDescriptor, value: &DataBuf) -> Result<(), Error>;
    /// Invokes a method; null-data where it gives nothing.
    fn invoke(&mut self, method: MethodDescriptor, parameter: &DataBuf) -> Result<DataBuf, Error>;
    /// Transfers an image.
    fn transfer_image(
        &mut self,
        name: ObisCode,
        identifier: &[u8],
        image: &[u8],
        options: ImageOptions,
        each: &mut dyn FnMut(ImageProgress),
    ) -> Result<ImageProgress, Error>;
    /// Replaces keys through the Security setup object of this name, in the meter and here.
    fn transfer_keys(&mut self, name: ObisCode, keys: &[(SecurityKeyId, &[u8])]) -> Result<(), Error>;
    /// Agrees on keys through the Security setup object of this name.
    fn agree_keys(
        &mut self,
        name: ObisCode,
        keys: &[SecurityKeyId],
        algorithm_ids: AlgorithmIds,
        meter: &PublicKey,
    ) -> Result<(), Error>;
    /// Our keys.
    fn crypto(&mut self) -> &mut Provider;
    /// What requests and responses there were.
    fn statistics(&self) -> Statistics;
    /// How many octets passed on the line.
    fn traffic(&self) -> Traffic;
}

/// A value, or why there is none.
pub(crate) type Answer = Result<DataBuf, DataAccessResult>;

impl<T: Transport, L: Link> Peer for Meter<T, L, Provider, Counters> {
    fn observe(&mut self, observer: Box<dyn Observer + Send>) {
        Self::observe(self, Shown(observer));
    }

    fn set_habits(&mut self, habits: Habits) {
        Self::set_habits(self, habits);
    }

    fn associate(&mut self) -> Result<Negotiated, Error> {
        Self::associate(self)
    }

    fn release(&mut self) -> Result<(), Error> {
        Self::release(self)
    }

    fn get(
        &mut self,
        attribute: AttributeDescriptor,
        part: Option<&SelectiveAccess<'_>>,
    ) -> Result<DataBuf, Error> {
        owned(self.get_any(attribute, part)?)
    }

    fn get_list(&mut self, attributes: &[AttributeSelection<'_>]) -> Result<Vec<Answer>, Error> {
        let results = Self::get_list(self, attributes)?;
        Ok(results.iter().map(|result: GetDataResult<'_>| result.data().map(DataBuf::from)).collect())
    }

    fn access(&mut self, attributes: &[AttributeDescriptor]) -> Result<Vec<Answer>, Error> {
        let items: Vec<_> = attributes.iter().map(|attribute| Access::get_any(*attribute, None)).collect();
        let mut answers = Vec::with_capacity(items.len());
        Self::access(self, &items, AccessOptions::default(), |_, result, value| {
            answers.push(match result {
                AccessResult::Get(DataAccessResult::Success) => Ok(DataBuf::from(value)),
                AccessResult::Get(error) => Err(error),
                // An answer to something else.
                _ => Err(DataAccessResult::OtherReason),
            });
        })?;
        Ok(answers)
    }

    fn set(&mut self, attribute: AttributeDescriptor, value: &DataBuf) -> Result<(), Error> {
        self.set_any(attribute, None, value)
    }

    fn invoke(&mut self, method: MethodDescriptor, parameter: &DataBuf) -> Result<DataBuf, Error> {
        owned(self.invoke_any(method, parameter)?)
    }

    fn transfer_image(
        &mut self,
        name: ObisCode,
        identifier: &[u8],
        image: &[u8],
        options: ImageOptions,
        each: &mut dyn FnMut(ImageProgress),
    ) -> Result<ImageProgress, Error> {
        self.image(name).with_options(options).transfer(identifier, image, each)
    }

    fn transfer_keys(&mut self, name: ObisCode, keys: &[(SecurityKeyId, &[u8])]) -> Result<(), Error> {
        self.security_setup(name).transfer_keys(keys)
    }

    fn agree_keys(
        &mut self,
        name: ObisCode,
        keys: &[SecurityKeyId],
        algorithm_ids: AlgorithmIds,
        meter: &PublicKey,
    ) -> Result<(), Error> {
        self.security_setup(name).agree_keys(keys, algorithm_ids, meter)
    }

    fn crypto(&mut self) -> &mut Provider {
        self.client_mut().crypto_mut()
    }

    fn statistics(&self) -> Statistics {
        self.client().statistics()
    }

    fn traffic(&self) -> Traffic {
        Self::traffic(self)
    }
}

fn owned(encoding: &[u8]) -> Result<DataBuf, Error> {
    DataBuf::from_vec(encoding.to_vec()).map_err(|error| Error::Client(error.into()))
}

/// An observer in a box.
struct Shown(Box<dyn Observer + Send>);

impl Observer for Shown {
    fn sent(&mut self, octets: &[u8]) {
        self.0.sent(octets);
    }

    fn received(&mut self, octets: &[u8]) {
        self.0.received(octets);
    }
}
