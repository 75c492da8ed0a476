use core::ops::Range;

use dlms_core::apdu::{
    ActionResponse, ConfirmedServiceError, Conformance, ExceptionResponse, GetResponse, InitiateResponse,
    InvokeIdAndPriority, SetResponse, tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, DecodeError, Encode, Reader, Writer};
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::{Delivery, Link};
use dlms_core::time::Instant;
use dlms_security::{CounterStore, Protection, SecurityContext, SecurityError, ServiceCiphering};

use super::short_name::Step;
use super::{
    Client, ClientError, Event, Exchange, Misbehaviour, Misuse, Outcome, Phase, Refusal, Timer, notification,
};
use crate::Notification;

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Where a plain APDU begins in the transmit buffer: room for ciphering and framing stays in front of it.
    pub(super) const PLAIN: usize = L::HEADROOM + SecurityContext::HEADROOM;

    /// Checks that a request may be made now.
    pub(super) fn ready(&self, service: Conformance) -> Result<(), Misuse> {
        if self.is_busy() {
            return Err(Misuse::Busy);
        }
        if self.phase != Phase::Associated {
            return Err(Misuse::NotAssociated);
        }
        self.offered(service)
    }

    /// Checks that the server offers a service.
    pub(super) fn offered(&self, service: Conformance) -> Result<(), Misuse> {
        if self.negotiated.conformance.contains(service) {
            return Ok(());
        }
        Err(Misuse::NotNegotiated(service.without(self.negotiated.conformance)))
    }

    /// Whether what is too long for one message goes in general blocks.
    #[cfg(feature = "access")]
    pub(super) fn has_general_blocks(&self) -> bool {
        cfg!(feature = "general-block-transfer") && self.offered(Conformance::GENERAL_BLOCK_TRANSFER).is_ok()
    }

    /// The name of the next request.
    pub(super) fn next_invoke(&mut self) -> InvokeIdAndPriority {
        self.invoke_id = self.invoke_id.wrapping_add(1) & 0x0f;
        self.invoke()
    }

    /// The name of the request that is pending.
    pub(super) fn invoke(&self) -> InvokeIdAndPriority {
        InvokeIdAndPriority::confirmed(self.invoke_id)
    }

    /// Puts a request into the transmit buffer, to be sent as one APDU.
    ///
    /// # Errors
    /// It is longer than the server takes, or than the buffer.
    pub(super) fn put(&mut self, request: &impl Encode) -> Result<(), ClientError> {
        let needed = request.encoded_len();
        let max = self.max_plain();
        if needed > max {
            #[cfg(feature = "general-block-transfer")]
            if self.put_general(request, needed)? {
                return Ok(());
            }
            return Err(Misuse::TooLong { needed, max }.into());
        }
        self.put_any(request, needed)
    }

    /// Puts an APDU of `len` octets into the transmit buffer, whatever the server takes.
    pub(super) fn put_any(&mut self, apdu: &impl Encode, len: usize) -> Result<(), ClientError> {
        let end = Self::PLAIN.saturating_add(len);
        let room = self.tx.reserve(end.saturating_add(self.behind()))?;
        apdu.encode(&mut Writer::new(room.get_mut(Self::PLAIN..).unwrap_or_default()));
        self.outgoing = Some(Self::PLAIN..end);
        Ok(())
    }

    /// Starts to wait for the answer to what is in the transmit buffer.
    pub(super) fn begin(&mut self, exchange: Exchange) {
        self.exchange = exchange;
        self.outcome = Outcome::None;
        (self.abandoned, self.doubt) = (false, None);
        self.forget_kept();
        self.event = None;
    }

    /// Octets of the largest plain APDU that the server takes, ciphering taken off.
    pub(super) fn max_plain(&self) -> usize {
        self.plain_of(self.max_apdu())
    }

    /// Octets of the plain APDU that uses the link best.
    pub(super) fn fitting_plain(&self) -> usize {
        self.plain_of(self.link.fitting(self.config.saps, self.max_apdu()))
    }

    /// Octets of the largest APDU that can be sent.
    pub(super) fn max_apdu(&self) -> usize {
        let limits = [self.negotiated.server_max_receive_pdu_size, self.config.max_send_pdu_size];
        limits.into_iter().filter(|limit| *limit != 0).map(usize::from).fold(L::MAX_APDU, usize::min)
    }

    /// Octets of the plain APDU in one of `max` octets.
    fn plain_of(&self, max: usize) -> usize {
        match self.ciphers() {
            Some((form, protection)) => self.security.plain_capacity(form, protection, max),
            None => max,
        }
    }

    /// Octets needed behind a plain APDU in the transmit buffer for its ciphering.
    pub(super) fn behind(&self) -> usize {
        match self.ciphers() {
            Some((form, protection)) => self.security.tailroom(form, protection),
            None => SecurityContext::TAILROOM,
        }
    }

    /// How requests are ciphered, if they are.
    pub(super) fn ciphers(&self) -> Option<(ServiceCiphering, Protection)> {
        let ciphering = self.config.ciphering.as_ref()?;
        if ciphering.protection == Protection::NONE {
            return None;
        }
        // Before the association stands there is only the global key.
        let form = match (ciphering.form, &self.exchange) {
            (ServiceCiphering::Dedicated, Exchange::Authenticate | Exchange::Associate) => {
                ServiceCiphering::Global
            }
            (ServiceCiphering::GeneralDedicated, Exchange::Authenticate | Exchange::Associate) => {
                ServiceCiphering::GeneralGlobal
            }
            // Nothing ciphers ACCESS alone.
            #[cfg(feature = "access")]
            (form, Exchange::Access { .. }) => form.general(),
            (form, Exchange::Unconfirmed { to, general }) => to.form(form, *general),
            (form, _) => form,
        };
        Some((form, ciphering.protection))
    }

    /// Hands the waiting APDU over to the link, ciphered where it has to be, once.
    pub(super) fn flush(&mut self, now: Instant) {
        if self.outgoing.is_none() && self.exchange == (Exchange::Disconnect { closing: false }) {
            self.exchange = Exchange::Disconnect { closing: true };
            if !self.link.close(self.config.saps, now) {
                self.handle_link_closed();
            }
            return;
        }
        if self.outgoing.is_none() {
            if self.ends_unconfirmed() {
                return self.finish(Event::Sent);
            }
            #[cfg(feature = "general-block-transfer")]
            if self.general.is_some() {
                return self.flush_general(now);
            }
            return self.flush_confirmation(now);
        }
        if self.link.is_sending() {
            return;
        }
        // What nobody confirms needs no connection.
        if !self.is_unconfirmed() && !self.link.is_open(self.config.saps) {
            self.link.open(self.config.saps, now);
            if !self.link.is_open(self.config.saps) {
                return;
            }
        }
        let Some(plain) = self.outgoing.take() else { return };
        match self.seal(plain) {
            #[cfg(feature = "general-block-transfer")]
            Ok(message) if self.general.is_some() => match self.start_general(message) {
                Ok(()) => self.flush_general(now),
                Err(error) => self.fail(error),
            },
            Ok(apdu) => {
                let needed = apdu.len();
                let (saps, delivery) = self.recipient();
                self.statistics.sent(needed, delivery == Delivery::Confirmed);
                if delivery == Delivery::Confirmed {
                    self.deadline = Some(now.plus(self.config.response_time_out));
                }
                // The link is free, so the APDU can only be too long for it.
                if self.link.send(saps, apdu, delivery, now).is_err() {
                    self.fail(Misuse::TooLong { needed, max: L::MAX_APDU }.into());
                }
            }
            Err(error) => self.fail(error.into()),
        }
    }

    /// Ciphers the APDU in the transmit buffer as configured. AARQ and RLRQ carry their own ciphering inside.
    fn seal(&mut self, plain: Range<usize>) -> Result<Range<usize>, SecurityError> {
        let acse = matches!(self.exchange, Exchange::Associate | Exchange::Release);
        #[cfg(feature = "general-protection")]
        if !acse {
            self.security.begin_exchange();
        }
        self.security.set_broadcast(self.is_to_all());
        match self.ciphers() {
            Some((form, protection)) if !acse => self.security.protect(
                &mut self.crypto,
                &mut self.counters,
                form,
                protection,
                self.tx.as_mut_slice(),
                plain,
            ),
            _ => Ok(plain),
        }
    }

    /// An APDU arrived at `apdu` in the receive buffer.
    pub(super) fn handle_apdu(&mut self, apdu: Range<usize>, now: Instant) {
        let first = self.rx.as_slice().get(apdu.start).copied().unwrap_or(0);
        if self.take_notification(first, &apdu) {
            return;
        }
        if !self.awaits_answer() || self.outgoing.is_some() {
            // A late answer to what was given up.
            self.statistics.let_pass();
            return;
        }
        #[cfg(feature = "general-block-transfer")]
        self.interrupt_gathering();
        if let Err(error) = self.accept(apdu, now) {
            self.fail(error);
        }
    }

    /// Whether the exchange is one that the server answers.
    pub(super) fn awaits_answer(&self) -> bool {
        !self.is_unconfirmed() && !matches!(self.exchange, Exchange::None | Exchange::Disconnect { .. })
    }

    fn accept(&mut self, apdu: Range<usize>, now: Instant) -> Result<(), ClientError> {
        let first = self.rx.as_slice().get(apdu.start).copied().unwrap_or(0);
        match first {
            tag::AARE if self.exchange == Exchange::Associate => return self.accept_aare(apdu),
            tag::RLRE if self.exchange == Exchange::Release => return self.accept_release(),
            #[cfg(feature = "general-block-transfer")]
            tag::EXCEPTION_RESPONSE if self.is_of_repeated_request(apdu.clone()) => return Ok(()),
            #[cfg(feature = "general-block-transfer")]
            tag::GENERAL_BLOCK_TRANSFER => return self.accept_general(apdu, now),
            _ => {}
        }
        let _ = now;
        self.accept_whole(apdu, false)
    }

    /// An answer lies whole at `apdu`, and if it is the `last_word`, no other one comes.
    pub(super) fn accept_whole(&mut self, apdu: Range<usize>, last_word: bool) -> Result<(), ClientError> {
        let first = self.rx.as_slice().get(apdu.start).copied().unwrap_or(0);
        let plain = match self.unseal(first, apdu) {
            Ok(plain) => plain,
            Err(error) if !last_word && self.is_no_answer(first, &error) => {
                if let ClientError::Security(error) = error {
                    self.doubt = Some(error);
                }
                self.refuse_notification(error);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let bytes = self.rx.as_slice().get(plain.clone()).unwrap_or_default();
        let mut r = Reader::new(bytes);
        match bytes.first().copied().unwrap_or(0) {
            tag::EXCEPTION_RESPONSE => Err(Refusal::Exception(ExceptionResponse::decode(&mut r)?).into()),
            tag::CONFIRMED_SERVICE_ERROR => {
                Err(Refusal::ServiceError(ConfirmedServiceError::decode(&mut r)?).into())
            }
            tag::GET_RESPONSE if matches!(self.exchange, Exchange::Get { .. }) => self.accept_get(plain),
            tag::SET_RESPONSE if matches!(self.exchange, Exchange::Set { .. }) => self.accept_set(plain),
            tag::ACTION_RESPONSE if matches!(self.exchange, Exchange::Action { .. }) => {
                self.accept_action(plain)
            }
            #[cfg(feature = "access")]
            tag::ACCESS_RESPONSE if matches!(self.exchange, Exchange::Access { .. }) => {
                self.accept_access(plain)
            }
            tag::ACTION_RESPONSE if self.exchange == Exchange::Authenticate => self.accept_hls(plain),
            tag::READ_RESPONSE | tag::WRITE_RESPONSE => match self.by_short_names() {
                Some(handler) => (handler.take)(self, Step::Accept(plain)),
                None => Err(Misbehaviour::UnexpectedApdu(bytes.first().copied().unwrap_or(0)).into()),
            },
            // Pushed by the meter in between; nothing of it answers the request.
            first if Notification::is_tag(first) => {
                self.notify(plain);
                Ok(())
            }
            other => Err(Misbehaviour::UnexpectedApdu(other).into()),
        }
    }

    /// Deciphers an answer in place and checks that it is protected as required.
    pub(super) fn unseal(&mut self, first: u8, apdu: Range<usize>) -> Result<Range<usize>, ClientError> {
        let required = self.ciphers().map_or(Protection::NONE, |(_, protection)| protection);
        if !tag::is_protected(first) {
            // A refusal is not worth a forger's while, and often comes in the clear.
            let refusal = matches!(first, tag::EXCEPTION_RESPONSE | tag::CONFIRMED_SERVICE_ERROR);
            if refusal || required == Protection::NONE {
                return Ok(apdu);
            }
            return Err(SecurityError::WeakerThanPolicy.into());
        }
        if self.config.ciphering.is_none() {
            return Err(Misbehaviour::UnexpectedApdu(first).into());
        }
        let decodes = self.decodes();
        let buffer = self.rx.as_mut_slice();
        self.security.set_minimum(required);
        let (crypto, replay) = (&mut self.crypto, &mut self.replay);
        let unprotected = self.security.unprotect_with(crypto, replay, buffer, apdu, decodes)?;
        if unprotected.protection.covers(required) {
            Ok(unprotected.plain)
        } else {
            Err(SecurityError::WeakerThanPolicy.into())
        }
    }

    /// What tries to read an answer that was only encrypted. Of one type, so that deciphering is linked once.
    pub(super) fn decodes(&self) -> fn(&[u8]) -> Result<(), DecodeError> {
        self.by_short_names().map_or(decodes, |handler| handler.decodes)
    }

    /// Whether an answer is to the request that is pending: only the invoke-id counts, meters differ in the rest.
    pub(super) fn answers(&self, invoke: InvokeIdAndPriority) -> bool {
        invoke.id() == self.invoke_id
    }

    /// Moves the `part` of the receive buffer behind what is kept there, and keeps it too.
    pub(super) fn keep(&mut self, part: Range<usize>) {
        let len = part.len();
        let from = self.kept;
        if let Some(tail) = self.rx.as_mut_slice().get_mut(from..part.end) {
            let offset = part.start.saturating_sub(from);
            dlms_core::buffer::shift_down(tail, offset);
        }
        self.kept = from.saturating_add(len);
    }

    /// Nothing of an answer has to last any more; a notification that is coming does.
    fn forget_kept(&mut self) {
        #[cfg(feature = "general-block-transfer")]
        if self.gathers() {
            return;
        }
        self.kept = 0;
    }

    /// The exchange succeeded.
    pub(super) fn complete(&mut self, outcome: Outcome) {
        self.outcome = outcome;
        self.finish(Event::Completed);
    }

    /// The exchange ended with `event`.
    pub(super) fn finish(&mut self, event: Event) {
        self.exchange = Exchange::None;
        self.deadline = None;
        self.outgoing = None;
        #[cfg(feature = "general-block-transfer")]
        {
            self.general = None;
        }
        self.forget_kept();
        self.event = Some(event);
    }

    /// The exchange failed; the association may stand.
    pub(super) fn fail(&mut self, error: ClientError) {
        if self.exchange == Exchange::None {
            return;
        }
        let opening = matches!(self.exchange, Exchange::Associate | Exchange::Authenticate);
        let released = matches!(self.exchange, Exchange::Release | Exchange::Disconnect { .. })
            && matches!(error, ClientError::Timeout(Timer::Response) | ClientError::Refused(_));
        if opening || released {
            self.end_association();
        }
        self.outcome = Outcome::None;
        self.finish(if released { Event::Released } else { Event::Failed(error) });
    }

    /// The transport is of no more use.
    pub(super) fn close(&mut self, error: ClientError) {
        self.lose(error);
        self.phase = Phase::Closed;
    }

    /// The connection ended, and the association with it.
    pub(super) fn lose(&mut self, error: ClientError) {
        let pending = self.is_busy();
        self.end_association();
        self.finish(if pending { Event::Failed(error) } else { Event::Closed });
    }
}

/// Tries to read an answer that was only encrypted: nothing else speaks for it.
pub(super) fn decodes(plain: &[u8]) -> Result<(), DecodeError> {
    if let Some(read) = notification::decodes(plain) {
        return read;
    }
    match plain.first().copied() {
        Some(tag::GET_RESPONSE) => GetResponse::from_bytes(plain).map(|_| ()),
        Some(tag::SET_RESPONSE) => SetResponse::from_bytes(plain).map(|_| ()),
        Some(tag::ACTION_RESPONSE) => ActionResponse::from_bytes(plain).map(|_| ()),
        #[cfg(feature = "access")]
        Some(tag::ACCESS_RESPONSE) => dlms_core::apdu::AccessResponse::from_bytes(plain).map(|_| ()),
        Some(tag::EXCEPTION_RESPONSE) => ExceptionResponse::from_bytes(plain).map(|_| ()),
        Some(tag::CONFIRMED_SERVICE_ERROR) => ConfirmedServiceError::from_bytes(plain).map(|_| ()),
        _ => InitiateResponse::from_bytes(plain).map(|_| ()),
    }
}
