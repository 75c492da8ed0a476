use cosem_classes::model::{Attribute, Method};
use dlms_core::apdu::{
    AttributeDescriptor, AttributeSelection, Conformance, InvokeIdAndPriority, MethodDescriptor,
    SelectiveAccess,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Encode, Writer};
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::DataType;
use dlms_core::limits;
use dlms_core::link::{Delivery, Link, Saps};
use dlms_security::{CounterStore, ServiceCiphering};

use super::blocks::Joined;
use super::set::Values;
use super::short_name::Step;
#[cfg(feature = "access")]
use super::{Access, AccessOptions, access};
use super::{Client, ClientError, Exchange, Misuse, Phase, action, set};

/// Whom a request that nobody answers is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipients {
    /// The logical device that the client is associated with.
    Server,
    /// All stations on the line: their management logical devices take it. Where requests are ciphered it goes under
    /// the broadcast key.
    All,
}

impl Recipients {
    /// The form of ciphering: a dedicated key is one meter's.
    pub(super) const fn form(self, form: ServiceCiphering, general: bool) -> ServiceCiphering {
        let form = if general { form.general() } else { form };
        match (self, form) {
            (Self::All, ServiceCiphering::Dedicated) => ServiceCiphering::Global,
            (Self::All, ServiceCiphering::GeneralDedicated) => ServiceCiphering::GeneralGlobal,
            (_, form) => form,
        }
    }
}

/// A request that the server carries out and does not answer.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "values can be anything that encodes")]
#[non_exhaustive]
pub enum Unconfirmed<'a> {
    /// Writes an attribute, or a part of one.
    Set(AttributeDescriptor, Option<SelectiveAccess<'a>>, &'a dyn Encode),
    /// Writes several attributes, with a value for each.
    SetList(&'a [AttributeSelection<'a>], &'a [&'a dyn Encode]),
    /// Invokes a method; null-data stands for no parameter.
    Invoke(MethodDescriptor, &'a dyn Encode),
    /// Invokes several methods, with a parameter for each.
    InvokeList(&'a [MethodDescriptor], &'a [&'a dyn Encode]),
    /// Writes and invokes by ACCESS.
    #[cfg(feature = "access")]
    Access(&'a [Access<'a>], AccessOptions),
}

impl<'a> Unconfirmed<'a> {
    /// Writes an attribute.
    #[must_use]
    pub fn set<T: DataType>(attribute: Attribute<T>, value: &'a T::View<'a>) -> Self {
        Self::Set(attribute.descriptor(), None, value)
    }

    /// Invokes a method.
    #[must_use]
    pub fn invoke<P: DataType, R>(method: Method<P, R>, parameter: &'a P::View<'a>) -> Self {
        Self::Invoke(method.descriptor(), parameter)
    }

    /// The services that it takes, and whether its lists go together.
    fn service(&self) -> Result<Conformance, Misuse> {
        let list = |len: usize, values: usize, service: Conformance| match len {
            _ if len > limits::WITH_LIST => Err(Misuse::TooMany),
            _ if len != values => Err(Misuse::Incomplete("a value for each item")),
            _ => Ok(service.union(Conformance::MULTIPLE_REFERENCES)),
        };
        match self {
            Self::Set(_, None, _) => Ok(Conformance::SET),
            Self::Set(_, Some(_), _) => Ok(Conformance::SET.union(Conformance::SELECTIVE_ACCESS)),
            Self::SetList(attributes, values) => list(attributes.len(), values.len(), Conformance::SET),
            Self::Invoke(..) => Ok(Conformance::ACTION),
            Self::InvokeList(methods, parameters) => {
                list(methods.len(), parameters.len(), Conformance::ACTION)
            }
            #[cfg(feature = "access")]
            Self::Access(items, _) if items.len() > limits::WITH_LIST => Err(Misuse::TooMany),
            #[cfg(feature = "access")]
            Self::Access(..) => Ok(Conformance::ACCESS),
        }
    }
}

/// The service-class of requests that are not answered; priority is high.
const fn unconfirmed(id: u8) -> InvokeIdAndPriority {
    InvokeIdAndPriority(0x80 | id & 0x0f)
}

/// A request in the form it goes in.
struct Whole<'a>(InvokeIdAndPriority, &'a Unconfirmed<'a>);

impl Encode for Whole<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        let invoke = self.0;
        match *self.1 {
            Unconfirmed::Set(attribute, selection, value) => {
                Joined(&set::Head::One(1, invoke, attribute, selection), value).encode(w);
            }
            Unconfirmed::SetList(attributes, values) => {
                Joined(&set::Head::List(4, invoke, attributes), &Values(values)).encode(w);
            }
            Unconfirmed::Invoke(method, parameter) => {
                Joined(&action::Head::One(invoke, method), parameter).encode(w);
            }
            Unconfirmed::InvokeList(methods, parameters) => {
                Joined(&action::Head::List(3, invoke, methods), &Values(parameters)).encode(w);
            }
            // It has a name of another kind.
            #[cfg(feature = "access")]
            Unconfirmed::Access(..) => {}
        }
    }
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Starts to send a request that nobody answers; `Sent` follows when the link has sent it. What comes of it nobody
    /// tells. Where it is too long for one message it goes in general blocks that nobody confirms, if those were
    /// negotiated. Over HDLC it goes in UI frames.
    ///
    /// # Errors
    /// The client is not ready for it, the server does not offer the service, or it is too long.
    pub fn send(&mut self, to: Recipients, request: &Unconfirmed<'_>) -> Result<(), ClientError> {
        if let Some(handler) = self.by_short_names() {
            return (handler.take)(self, Step::Send(to, request));
        }
        self.ready(request.service()?)?;
        #[cfg(feature = "access")]
        if let Unconfirmed::Access(items, options) = *request {
            let mut invoke = self.next_long_invoke(options);
            // Not confirmed.
            invoke.0 &= !0x4000_0000;
            return self.put_unconfirmed(to, true, &access::Request { invoke, items });
        }
        let invoke = unconfirmed(self.next_invoke().id());
        self.put_unconfirmed(to, false, &Whole(invoke, request))
    }

    /// Puts a request that nobody answers into the transmit buffer; `general` if it has no ciphered form of its own.
    pub(super) fn put_unconfirmed(
        &mut self,
        to: Recipients,
        general: bool,
        request: &impl Encode,
    ) -> Result<(), ClientError> {
        if general && self.ciphers().is_some() {
            self.offered(Conformance::GENERAL_PROTECTION)?;
        }
        self.exchange = Exchange::Unconfirmed { to, general };
        let put = self.put(request);
        self.exchange = Exchange::None;
        put?;
        self.begin(Exchange::Unconfirmed { to, general });
        Ok(())
    }

    /// Whether nobody will answer what is on its way.
    pub(super) const fn is_unconfirmed(&self) -> bool {
        matches!(self.exchange, Exchange::Unconfirmed { .. })
    }

    /// Whether it is for all stations.
    pub(super) const fn is_to_all(&self) -> bool {
        matches!(self.exchange, Exchange::Unconfirmed { to: Recipients::All, .. })
    }

    /// Whether the link has sent what nobody will answer.
    pub(super) fn ends_unconfirmed(&self) -> bool {
        #[cfg(feature = "general-block-transfer")]
        if self.has_due() {
            return false;
        }
        self.is_unconfirmed() && self.phase == Phase::Associated && !self.link.is_sending()
    }

    /// Whom the link is to bring what is on its way, and how.
    pub(super) fn recipient(&self) -> (Saps, Delivery) {
        let saps = self.config.saps;
        match self.exchange {
            Exchange::Unconfirmed { to: Recipients::All, .. } => {
                (Saps { server: self.link.all_stations(), ..saps }, Delivery::Unconfirmed)
            }
            Exchange::Unconfirmed { to: Recipients::Server, .. } => (saps, Delivery::Unconfirmed),
            _ => (saps, Delivery::Confirmed),
        }
    }
}
