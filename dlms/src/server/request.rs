use core::ops::Range;

use dlms_core::apdu::{ActionRequest, Conformance, GetRequest, InitiateRequest, SetRequest, tag};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, DecodeError, Encode, Writer};
use dlms_core::link::{Delivery, Link, Saps};
use dlms_security::{Protection, SecurityContext, SecurityError, ServiceCiphering};

use super::association::State;
use super::device::LogicalDevice;
use super::event::{Event, Events};
use super::fault::Fault;
use super::short_name::{ShortNames, variables_decode};
use super::site::Site;
use super::{Connection, association::Association};

/// A request that was deciphered, and how its answer goes back.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) peer: Saps,
    /// Which association it came in.
    pub(super) slot: usize,
    /// Where it lies in the receive buffer.
    pub(super) plain: Range<usize>,
    /// How it was protected.
    pub(super) protection: Protection,
    /// How the answer has to be.
    pub(super) response: Protection,
    pub(super) form: ServiceCiphering,
    /// Protected by the broadcast key: there is no answer.
    pub(super) broadcast: bool,
}

#[cfg(feature = "access")]
impl Request {
    /// The answer has no ciphered form of its own: it goes in the general one.
    pub(super) const fn generalize(&mut self) {
        self.form = self.form.general();
    }
}

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Where a plain APDU begins in the transmit buffer: room for ciphering and framing stays in front of it.
    pub(super) const PLAIN: usize = L::HEADROOM + SecurityContext::HEADROOM;

    /// Serves a request in an association, or says why not.
    pub(super) fn serve<D: LogicalDevice>(&mut self, site: &mut Site<'_, D>, peer: Saps, apdu: Range<usize>) {
        let (served, silent) = match self.receive(site, peer, apdu) {
            Ok(mut request) => {
                let plain = self.rx.as_slice().get(request.plain.clone()).unwrap_or_default();
                let silent = request.broadcast || is_unconfirmed(plain);
                (self.dispatch(site, &mut request), silent)
            }
            Err(fault) => (Err(fault), false),
        };
        if let (Err(fault), false) = (served, silent) {
            self.answer_fault(peer, fault);
        }
    }

    /// Sends what answers a fault, in the clear.
    pub(super) fn answer_fault(&mut self, peer: Saps, fault: Fault) {
        let start = Self::PLAIN;
        if let Ok(room) = self.tx.reserve(start.saturating_add(16)) {
            let mut w = Writer::new(room.get_mut(start..).unwrap_or_default());
            fault.response().encode(&mut w);
            let end = start.saturating_add(w.len());
            self.send(peer, start..end);
        }
    }

    /// Finds the association and takes the protection off.
    fn receive<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        peer: Saps,
        apdu: Range<usize>,
    ) -> Result<Request, Fault> {
        let first = self.rx.as_slice().get(apdu.start).copied().unwrap_or(0);
        let slot = self.associations.iter().position(|a| a.is_with(peer));
        let slot = slot.or_else(|| self.pre_establish(site, peer)).ok_or(Fault::NotAssociated)?;
        let association = self.associations.get_mut(slot).ok_or(Fault::NotAssociated)?;
        let mut request = Request {
            peer,
            slot,
            plain: apdu.clone(),
            protection: Protection::NONE,
            response: Protection::NONE,
            form: ServiceCiphering::Global,
            broadcast: false,
        };
        #[cfg(feature = "general-protection")]
        association.security.begin_exchange();
        site.by_short_names = D::Names::SERVED && association.context.is_short_name();
        let offered = site.parts.associations.get(association.config).and_then(Option::as_ref);
        let policy = offered.map_or(*site.parts.policy, |offered| offered.policy.union(*site.parts.policy));
        // The token in the third pass of HLS proves itself; all else is protected as the policy demands.
        let minimum = if association.state == State::Associated { policy.request } else { Protection::NONE };
        if tag::is_protected(first) {
            if !association.context.is_ciphered() {
                return Err(Fault::NotNegotiated);
            }
            let parts = &mut site.parts;
            let buffer = self.rx.as_mut_slice();
            association.security.set_minimum(minimum);
            let unprotected = association
                .security
                .unprotect_with(parts.crypto, parts.replay, buffer, apdu, decodes::<D>)
                .map_err(|error| insecure(&mut self.events, peer, error))?;
            request.plain = unprotected.plain;
            request.protection = unprotected.protection;
            request.form = unprotected.form;
            request.broadcast = unprotected.broadcast;
            association.form = unprotected.form;
            association.protection = association.protection.union(unprotected.protection);
        }
        if !request.protection.covers(minimum) {
            return Err(insecure(&mut self.events, peer, SecurityError::WeakerThanPolicy));
        }
        if association.context.is_ciphered() {
            request.response = request.protection.union(policy.response);
        }
        Ok(request)
    }

    fn dispatch<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &mut Request,
    ) -> Result<(), Fault> {
        let first = self.rx.as_slice().get(request.plain.start).copied().unwrap_or(0);
        let state = self.associations.get(request.slot).map_or(State::Free, |a| a.state);
        if D::Names::SERVED && site.by_short_names {
            return self.dispatch_by_short_names(site, request, first, state);
        }
        match (first, state) {
            (tag::ACTION_REQUEST, State::Pending) => self.reply_to_hls(site, request),
            (_, State::Pending | State::Free) => Err(Fault::NotAssociated),
            (tag::GET_REQUEST, _) => self.get(site, request),
            (tag::SET_REQUEST, _) => self.set(site, request),
            (tag::ACTION_REQUEST, _) => self.action(site, request),
            #[cfg(feature = "access")]
            (tag::ACCESS_REQUEST, _) => self.access(site, request),
            #[cfg(feature = "notifications")]
            (tag::DATA_NOTIFICATION_CONFIRM, _) => self.notification_confirmed(request),
            _ if tag::name(first).is_some() => Err(Fault::NotNegotiated),
            _ => Err(Fault::UnknownService),
        }
    }

    /// The association of a request.
    pub(super) fn association(&self, request: &Request) -> Result<&Association, Fault> {
        self.associations.get(request.slot).ok_or(Fault::NotAssociated)
    }

    /// Whether a service was negotiated.
    pub(super) fn has(&self, request: &Request, service: Conformance) -> bool {
        self.association(request).is_ok_and(|a| a.conformance.contains(service))
    }

    /// Whether an answer that is too long goes in general blocks.
    pub(super) fn has_general_blocks(&self, request: &Request) -> bool {
        cfg!(feature = "general-block-transfer") && self.has(request, Conformance::GENERAL_BLOCK_TRANSFER)
    }

    /// Demands that a service was negotiated.
    pub(super) fn require(&self, request: &Request, service: Conformance) -> Result<(), Fault> {
        if self.has(request, service) { Ok(()) } else { Err(Fault::NotNegotiated) }
    }

    /// The room in the transmit buffer for the body of an answer behind a head of `head` octets: what the client
    /// takes, with the ciphering taken off.
    pub(super) fn room(&mut self, request: &Request, head: usize) -> Result<Range<usize>, Fault> {
        self.room_within(request, head, |_, max| max)
    }

    /// The same for a part of a long value: no more than uses the link well.
    pub(super) fn block_room(&mut self, request: &Request, head: usize) -> Result<Range<usize>, Fault> {
        let peer = request.peer;
        self.room_within(request, head, |link, max| link.fitting(peer, max))
    }

    fn room_within(
        &mut self,
        request: &Request,
        head: usize,
        fitting: impl Fn(&L, usize) -> usize,
    ) -> Result<Range<usize>, Fault> {
        let association = self.association(request)?;
        let max = match usize::from(association.client_max_receive_pdu_size) {
            0 => L::MAX_APDU,
            max => max.min(L::MAX_APDU),
        };
        let (security, form, response) = (&association.security, request.form, request.response);
        let behind = security.tailroom(form, response);
        let fixed = Self::PLAIN.saturating_add(behind);
        let room =
            self.tx.capacity().saturating_sub(fixed).saturating_add(security.overhead(form, response, 0));
        let max = fitting(&self.link, max.min(room));
        let plain = security.plain_capacity(form, response, max);
        if plain <= head {
            return Err(Fault::Unanswerable);
        }
        let end = Self::PLAIN.saturating_add(plain);
        self.tx.reserve(end.saturating_add(behind)).map_err(|_| Fault::Unanswerable)?;
        Ok(Self::PLAIN.saturating_add(head)..end)
    }

    /// Sends an answer that is whole in `apdu`.
    pub(super) fn reply<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        apdu: &[u8],
    ) -> Result<(), Fault> {
        let room = self.room(request, apdu.len().saturating_sub(1))?;
        self.reply_with(site, request, apdu, room.start.saturating_add(1), 0)
    }

    /// Sends an answer whose body of `len` octets lies at `body` in the transmit buffer; `head` goes before it.
    pub(super) fn reply_with<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        head: &[u8],
        body: usize,
        len: usize,
    ) -> Result<(), Fault> {
        let start = body.saturating_sub(head.len());
        let buffer = self.tx.as_mut_slice();
        for (slot, octet) in buffer.iter_mut().skip(start).zip(head) {
            *slot = *octet;
        }
        let plain = start..body.saturating_add(len);
        let association = self.associations.get_mut(request.slot).ok_or(Fault::NotAssociated)?;
        let parts = &mut site.parts;
        let sealed = association.security.protect(
            parts.crypto,
            parts.counters,
            request.form,
            request.response,
            buffer,
            plain,
        );
        match sealed {
            #[cfg(feature = "general-block-transfer")]
            Ok(apdu) if !request.broadcast && self.asked.is_some() => self.start_sealed(site, request, apdu),
            Ok(apdu) if !request.broadcast => {
                self.send(request.peer, apdu);
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(error) => {
                insecure(&mut self.events, request.peer, error);
                self.abort_transfer();
                Err(Fault::Unanswerable)
            }
        }
    }

    /// Sends an answer that lies whole at `answer` in the receive buffer, in general blocks if it is too long and they
    /// were negotiated.
    #[cfg(any(feature = "access", feature = "general-block-transfer"))]
    pub(super) fn send_stored<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        answer: Range<usize>,
    ) -> Result<(), Fault> {
        let room = self.room(request, 0)?;
        if answer.len() > room.len() {
            #[cfg(feature = "general-block-transfer")]
            if self.has_general_blocks(request) {
                return self.seal_stored(site, request, answer);
            }
            return Err(Fault::Unanswerable);
        }
        let len = self.copy_out(&answer, room.clone());
        self.reply_with(site, request, &[], room.start, len)
    }

    /// Hands an APDU in the transmit buffer over to the link.
    pub(super) fn send(&mut self, peer: Saps, apdu: Range<usize>) {
        if self.mute {
            return;
        }
        // The link was asked whether it is free before the request was taken.
        let sent = self.link.send(peer, apdu, Delivery::Confirmed, self.now);
        debug_assert!(sent.is_ok(), "the link was free");
    }

    /// Gives up what is on its way in blocks.
    pub(super) fn abort_transfer(&mut self) {
        self.transfer = None;
        self.kept = 0;
    }
}

/// Tries to read a request that was only encrypted: nothing else speaks for it.
pub(super) fn decodes<D: LogicalDevice>(plain: &[u8]) -> Result<(), DecodeError> {
    if D::Names::SERVED
        && let Some(read) = variables_decode(plain)
    {
        return read;
    }
    match plain.first().copied() {
        Some(tag::GET_REQUEST) => GetRequest::from_bytes(plain).map(|_| ()),
        Some(tag::SET_REQUEST) => SetRequest::from_bytes(plain).map(|_| ()),
        Some(tag::ACTION_REQUEST) => ActionRequest::from_bytes(plain).map(|_| ()),
        #[cfg(feature = "notifications")]
        Some(tag::DATA_NOTIFICATION_CONFIRM) => {
            dlms_core::apdu::DataNotificationConfirm::from_bytes(plain).map(|_| ())
        }
        #[cfg(feature = "access")]
        Some(tag::ACCESS_REQUEST) => dlms_core::apdu::AccessRequest::from_bytes(plain).map(|_| ()),
        _ => InitiateRequest::from_bytes(plain).map(|_| ()),
    }
}

/// Whether a request is one that nobody waits for an answer to. GET is answered whatever it says: clients in the field
/// get its service class wrong.
const fn is_unconfirmed(plain: &[u8]) -> bool {
    const CONFIRMED: u8 = 0x40;
    match plain {
        [tag::SET_REQUEST | tag::ACTION_REQUEST, _, invoke, ..] => *invoke & CONFIRMED == 0,
        [tag::ACCESS_REQUEST, invoke, ..] => *invoke & CONFIRMED == 0,
        [first, ..] => *first == tag::UNCONFIRMED_WRITE_REQUEST,
        [] => false,
    }
}

/// Notes what cannot be read.
pub(super) fn malformed(events: &mut Events, peer: Saps, error: DecodeError) -> Fault {
    events.push(Event::Malformed(peer, error));
    Fault::Malformed
}

/// Notes what is not secure.
pub(super) fn insecure(events: &mut Events, peer: Saps, error: SecurityError) -> Fault {
    events.push(Event::Insecure(peer, error));
    Fault::Security(error)
}
