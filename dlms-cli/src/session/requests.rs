use cosem_classes::security_setup::SecurityKeyId;
use dlms::client::image::{ImageOptions, ImageProgress};
use dlms::client::{ClientError, Misuse, Refusal};
use dlms_core::apdu::{
    AttributeDescriptor, AttributeSelection, Conformance, DataAccessResult, MethodDescriptor, SelectiveAccess,
};
use dlms_core::data::DataBuf;
use dlms_io::blocking::Error;
use dlms_security::{AlgorithmIds, PublicKey};
use obis::ObisCode;

use super::{Answer, Session, failed, refused};
use crate::connection::Provider;
use crate::failure::Failure;

impl Session {
    /// Reads an attribute, or a part of it.
    ///
    /// # Errors
    /// It is refused, or there is no answer.
    pub(crate) fn get(
        &mut self,
        attribute: AttributeDescriptor,
        part: Option<&SelectiveAccess<'_>>,
    ) -> Result<DataBuf, Failure> {
        self.answer(attribute, part)?.map_err(|result| refused("get", result))
    }

    /// Reads an attribute, or a part of it; a refusal is an answer.
    ///
    /// # Errors
    /// There is no answer.
    pub(crate) fn answer(
        &mut self,
        attribute: AttributeDescriptor,
        part: Option<&SelectiveAccess<'_>>,
    ) -> Result<Answer, Failure> {
        match self.patiently(|session| session.peer.get(attribute, part)) {
            Ok(value) => Ok(Ok(value)),
            Err(error) => match refusal(&error) {
                Some(result) => Ok(Err(result)),
                None => Err(failed("get", error)),
            },
        }
    }

    /// Reads several attributes: by one request where the meter takes lists, or ACCESS, and they fit, else one by one.
    ///
    /// # Errors
    /// There is no answer.
    pub(crate) fn answers(&mut self, attributes: &[AttributeDescriptor]) -> Result<Vec<Answer>, Failure> {
        let takes = |service| self.negotiated.conformance.contains(service);
        let lists = takes(Conformance::MULTIPLE_REFERENCES);
        if attributes.len() > 1 && !lists && takes(Conformance::ACCESS) {
            return match self.patiently(|session| session.peer.access(attributes)) {
                // Some meters offer it and do not take it.
                Err(Error::Client(ClientError::Refused(Refusal::Exception(_)))) => self.each(attributes),
                read => read.map_err(|error| failed("access", error)),
            };
        }
        if attributes.len() < 2 || !lists {
            return self.each(attributes);
        }
        let mut answers = Vec::with_capacity(attributes.len());
        for part in attributes.chunks(self.settings.habits.list_items.max(1)) {
            answers.extend(self.list(part)?);
        }
        Ok(answers)
    }

    fn each(&mut self, attributes: &[AttributeDescriptor]) -> Result<Vec<Answer>, Failure> {
        attributes.iter().map(|attribute| self.answer(*attribute, None)).collect()
    }

    fn list(&mut self, attributes: &[AttributeDescriptor]) -> Result<Vec<Answer>, Failure> {
        if let [one] = attributes {
            return Ok(vec![self.answer(*one, None)?]);
        }
        let selections: Vec<_> = attributes.iter().map(|one| AttributeSelection::whole(*one)).collect();
        match self.patiently(|session| session.peer.get_list(&selections)) {
            Ok(answers) => Ok(answers),
            Err(Error::Client(ClientError::Misuse(Misuse::TooLong { .. }))) => {
                let (first, second) = attributes.split_at(attributes.len() / 2);
                let mut answers = self.list(first)?;
                answers.extend(self.list(second)?);
                Ok(answers)
            }
            // Some meters offer lists and take none.
            Err(Error::Client(
                ClientError::Refused(Refusal::Exception(_) | Refusal::DataAccess(_))
                | ClientError::Misuse(Misuse::NoShortName),
            )) => self.each(attributes),
            Err(error) => Err(failed("get", error)),
        }
    }

    /// Writes an attribute.
    ///
    /// # Errors
    /// It is refused, or there is no answer.
    pub(crate) fn set(&mut self, attribute: AttributeDescriptor, value: &DataBuf) -> Result<(), Failure> {
        self.peer.set(attribute, value).map_err(|error| failed("set", error))
    }

    /// Invokes a method; null-data where it gives nothing.
    ///
    /// # Errors
    /// It is refused, or there is no answer.
    pub(crate) fn invoke(
        &mut self,
        method: MethodDescriptor,
        parameter: &DataBuf,
    ) -> Result<DataBuf, Failure> {
        self.peer.invoke(method, parameter).map_err(|error| failed("action", error))
    }

    /// Replaces keys through the Security setup object of this name, in the meter and here.
    ///
    /// # Errors
    /// It is refused, or there is no answer.
    pub(crate) fn transfer_keys(
        &mut self,
        name: ObisCode,
        keys: &[(SecurityKeyId, &[u8])],
    ) -> Result<(), Failure> {
        self.peer.transfer_keys(name, keys).map_err(|error| failed("action", error))
    }

    /// Agrees on keys through the Security setup object of this name.
    ///
    /// # Errors
    /// It is refused, the meter is not itself, or there is no answer.
    pub(crate) fn agree_keys(
        &mut self,
        name: ObisCode,
        keys: &[SecurityKeyId],
        algorithm_ids: AlgorithmIds,
        meter: &PublicKey,
    ) -> Result<(), Failure> {
        self.peer.agree_keys(name, keys, algorithm_ids, meter).map_err(|error| failed("action", error))
    }

    /// Our keys.
    pub(crate) fn crypto(&mut self) -> &mut Provider {
        self.peer.crypto()
    }

    /// Transfers an image to the Image transfer object of this name; `each` is told how far it is.
    ///
    /// # Errors
    /// The meter will not have it, or there is no answer.
    pub(crate) fn transfer_image(
        &mut self,
        name: ObisCode,
        identifier: &[u8],
        image: &[u8],
        options: ImageOptions,
        each: &mut dyn FnMut(ImageProgress),
    ) -> Result<ImageProgress, Failure> {
        let options = ImageOptions { retries: options.retries.max(self.settings.retries), ..options };
        let done = self.peer.transfer_image(name, identifier, image, options, each);
        done.map_err(|error| failed("image-transfer", error))
    }

    /// Reads, again where there was no answer, as often as the flags say. Each time is a request of its own.
    fn patiently<T>(&mut self, mut read: impl FnMut(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        for _ in 0..self.settings.retries {
            match read(self) {
                Err(Error::Client(ClientError::Timeout(_))) => {}
                done => return done,
            }
        }
        read(self)
    }
}

/// The plain no to an access, if it is one.
const fn refusal(error: &Error) -> Option<DataAccessResult> {
    match error {
        Error::Client(ClientError::Refused(Refusal::DataAccess(result))) => Some(*result),
        // The meter lists no such object.
        Error::Client(ClientError::Misuse(Misuse::NoShortName)) => Some(DataAccessResult::ObjectUndefined),
        _ => None,
    }
}
