use core::array;

use dlms_core::apdu::{AttributeDescriptor, AttributeSelection, Conformance, DataAccessResult};
use dlms_core::buffer::Buffer;
use dlms_core::codec::Decode;
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::Data;
use dlms_core::limits;
use dlms_core::link::Link;
use dlms_security::CounterStore;

#[cfg(feature = "access")]
use super::{Access, AccessOptions};
use super::{Client, ClientError, Misuse, Refusal};

/// Reads attributes of any classes in as few requests as the meter takes: in lists, by ACCESS, or one by one.
///
/// Until it [`is_done`](Self::is_done): carry out the request that [`start`](Self::start) makes, and tell
/// [`finish`](Self::finish) how it ended.
#[derive(Debug, Clone)]
pub struct ReadAll<'a> {
    attributes: &'a [AttributeDescriptor],
    done: usize,
    /// Attributes of the request that was started.
    pending: usize,
    /// Attributes of one request at most.
    most: usize,
    means: Means,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Means {
    /// Whatever the meter offers.
    Any,
    List,
    #[cfg(feature = "access")]
    Access,
    Each,
}

impl<'a> ReadAll<'a> {
    /// Reads these attributes.
    #[must_use]
    pub const fn new(attributes: &'a [AttributeDescriptor]) -> Self {
        Self { attributes, done: 0, pending: 0, most: limits::WITH_LIST, means: Means::Any }
    }

    /// With so many in one list at most: some meters take fewer than they have room for.
    #[must_use]
    pub fn with_list_limit(mut self, items: usize) -> Self {
        self.most = items.clamp(1, limits::WITH_LIST);
        self
    }

    /// Whether all are read.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.done >= self.attributes.len()
    }

    /// Makes the next request.
    ///
    /// # Errors
    /// The client is not ready for it, or all are read.
    pub fn start<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer>(
        &mut self,
        client: &mut Client<L, C, S, B>,
    ) -> Result<(), ClientError> {
        if self.means == Means::Any {
            self.means = Means::offered(client);
        }
        loop {
            let rest = self.attributes.get(self.done..).unwrap_or_default();
            let part = rest.get(..self.most).unwrap_or(rest);
            let Some((first, others)) = part.split_first() else {
                return Err(Misuse::Incomplete("anything to read").into());
            };
            match self.means {
                Means::List if !others.is_empty() => {
                    let whole = |place| AttributeSelection::whole(*part.get(place).unwrap_or(first));
                    let list: [_; limits::WITH_LIST] = array::from_fn(whole);
                    match client.get_list(list.get(..part.len()).unwrap_or(&list)) {
                        // What does not go in one request goes in two.
                        Err(ClientError::Misuse(Misuse::TooLong { .. })) => self.most = part.len() / 2,
                        started => {
                            self.pending = part.len();
                            return started;
                        }
                    }
                }
                #[cfg(feature = "access")]
                Means::Access if !others.is_empty() => {
                    let get = |place| Access::get_any(*part.get(place).unwrap_or(first), None);
                    let items: [_; limits::WITH_LIST] = array::from_fn(get);
                    let items = items.get(..part.len()).unwrap_or(&items);
                    self.pending = client.access(items, AccessOptions::default())?;
                    return Ok(());
                }
                _ => {
                    self.pending = 1;
                    return client.get_any(*first, None);
                }
            }
        }
    }

    /// How the request ended. `each` is given the number of an attribute in the list, and its value or why there is
    /// none.
    ///
    /// # Errors
    /// It failed, and not because the meter takes no requests of this kind: then there are others.
    pub fn finish<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer>(
        &mut self,
        client: &Client<L, C, S, B>,
        ended: Result<(), ClientError>,
        each: &mut dyn FnMut(usize, Result<Data<'_>, DataAccessResult>),
    ) -> Result<(), ClientError> {
        let numbers = self.done..;
        match (ended, self.pending) {
            (Ok(()), 1) if client.value_bytes().is_ok() => {
                each(self.done, Ok(Data::from_bytes(client.value_bytes()?)?));
            }
            (Err(ClientError::Refused(Refusal::DataAccess(result))), 1) => each(self.done, Err(result)),
            // The meter lists no such object.
            (Err(ClientError::Misuse(Misuse::NoShortName)), 1) => {
                each(self.done, Err(DataAccessResult::ObjectUndefined));
            }
            // Some meters offer lists, or ACCESS, and take none.
            (Err(ClientError::Refused(_) | ClientError::Misuse(Misuse::NoShortName)), 2..) => {
                self.means = Means::Each;
                return Ok(());
            }
            (Err(error), _) => return Err(error),
            (Ok(()), _) => match self.means {
                #[cfg(feature = "access")]
                Means::Access => {
                    for (number, (result, value)) in numbers.zip(client.access_results()?.iter()) {
                        each(number, answer(result, value));
                    }
                }
                _ => {
                    for (number, result) in numbers.zip(client.values()?.iter()) {
                        each(number, result.data());
                    }
                }
            },
        }
        self.done = self.done.saturating_add(self.pending);
        Ok(())
    }
}

impl Means {
    /// The best that the meter offers.
    fn offered<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer>(client: &Client<L, C, S, B>) -> Self {
        let offers = client.negotiated().map_or(Conformance::NONE, |negotiated| negotiated.conformance);
        if offers.contains(Conformance::MULTIPLE_REFERENCES) {
            return Self::List;
        }
        #[cfg(feature = "access")]
        if offers.contains(Conformance::ACCESS) {
            return Self::Access;
        }
        Self::Each
    }
}

#[cfg(feature = "access")]
fn answer(result: dlms_core::apdu::AccessResult, value: Data<'_>) -> Result<Data<'_>, DataAccessResult> {
    use dlms_core::apdu::AccessResult;
    match result {
        AccessResult::Get(DataAccessResult::Success) => Ok(value),
        AccessResult::Get(result) => Err(result),
        // An answer to something else.
        _ => Err(DataAccessResult::OtherReason),
    }
}
