use dlms_core::apdu::{Conformance, DataNotificationConfirm};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::link::{Delivery, Link, Saps};
use dlms_core::time::Instant;
use dlms_security::{SecurityContext, SecurityError, overhead};

use super::Connection;
use super::association::State;
use super::device::LogicalDevice;
use super::event::Event;
use super::fault::Fault;
use super::request::{Request, malformed};
use super::site::Site;
use crate::Notification;

/// Why a notification was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// The client is not associated, or not with a device that there is.
    #[error("not associated")]
    NotAssociated,
    /// The client did not offer to take it.
    #[error("not negotiated: {0:?}")]
    NotNegotiated(Conformance),
    /// The link still sends: try again when it was drained.
    #[error("the link is busy")]
    Busy,
    /// It is longer than the client or the link takes, and general block transfer was not negotiated; or than the buffer.
    #[error("notification of {needed} bytes, {max} can be sent")]
    TooLong {
        /// Octets of the notification, protected.
        needed: usize,
        /// Octets that can be sent.
        max: usize,
    },
    /// It could not be protected as it has to be.
    #[error("security: {0}")]
    Security(#[from] SecurityError),
}

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Sends something unasked to an associated client, between answers: protected as the association demands and as
    /// the client protects what it sends. Where HDLC carries it, it goes in UI frames, when the line lets the meter
    /// speak. What is too long for one message goes in general blocks that nobody confirms, if those were negotiated.
    ///
    /// # Errors
    /// Nothing was sent, and no invocation counter used but with `Security(Provider)`.
    pub fn notify<D: LogicalDevice>(
        &mut self,
        devices: &mut [D],
        peer: Saps,
        notification: &Notification<'_>,
        now: Instant,
    ) -> Result<(), NotifyError> {
        self.now = now;
        let service = match notification {
            Notification::Data(_) => Conformance::DATA_NOTIFICATION,
            Notification::Event(_) => Conformance::EVENT_NOTIFICATION,
            Notification::Report(_) => Conformance::INFORMATION_REPORT,
        };
        let busy = self.closed || self.link.is_sending() || self.is_saying();
        let mut site = Site::find(devices, peer.server).ok_or(NotifyError::NotAssociated)?;
        let association = self
            .associations
            .iter_mut()
            .find(|association| association.is_with(peer) && association.state == State::Associated)
            .ok_or(NotifyError::NotAssociated)?;
        if !association.conformance.contains(service) {
            return Err(NotifyError::NotNegotiated(service));
        }
        if busy {
            return Err(NotifyError::Busy);
        }
        let parts = &mut site.parts;
        let offered = parts.associations.get(association.config).and_then(Option::as_ref);
        let policy = offered.map_or(*parts.policy, |offered| offered.policy.union(*parts.policy));
        if policy.response.signed {
            return Err(SecurityError::Unsupported("signed notifications").into());
        }
        let (mut form, mut protection) =
            (association.form.untransacted(), association.protection.ciphering());
        if association.security.dedicated().is_some() {
            form = form.dedicated();
        }
        if association.context.is_ciphered() {
            protection = protection.union(policy.response);
        }
        if let Notification::Data(_) = notification {
            form = form.general();
        }
        let needed = notification.encoded_len();
        let whole = needed.saturating_add(overhead(form, protection, needed));
        let max = match usize::from(association.client_max_receive_pdu_size) {
            0 => L::MAX_APDU,
            max => max.min(L::MAX_APDU),
        };
        let too_long = |max: usize| NotifyError::TooLong { needed: whole, max };
        let (start, size) = match whole <= max {
            true => (Self::PLAIN, None),
            false => Self::in_blocks(association.conformance, max, self.tx.capacity())
                .map(|(start, size)| (start, Some(size)))
                .ok_or_else(|| too_long(max))?,
        };
        let end = start.saturating_add(needed);
        let room = self.tx.capacity();
        let buffer =
            self.tx.reserve(end.saturating_add(SecurityContext::TAILROOM)).map_err(|_| too_long(room))?;
        notification.encode(&mut Writer::new(buffer.get_mut(start..end).unwrap_or_default()));
        let (crypto, counters) = (&mut *parts.crypto, &mut *parts.counters);
        let sealed = association.security.protect(crypto, counters, form, protection, buffer, start..end)?;
        match size {
            None => self.link.send(peer, sealed, Delivery::Unconfirmed, now).map_err(|_| NotifyError::Busy),
            Some(size) => self.say_in_blocks(peer, sealed, size).ok_or_else(|| too_long(max)),
        }
    }

    /// A client confirms a notification.
    pub(super) fn notification_confirmed(&mut self, request: &Request) -> Result<(), Fault> {
        let bytes = self.rx.as_slice().get(request.plain.clone()).unwrap_or_default();
        let confirm = DataNotificationConfirm::from_bytes(bytes)
            .map_err(|error| malformed(&mut self.events, request.peer, error))?;
        self.events.push(Event::Confirmed(request.peer, confirm.long_invoke_id));
        Ok(())
    }

    /// A client asks while something is to be sent to it unasked: that steps back.
    pub(super) fn make_way(&mut self, peer: Saps) {
        let withdrawn = self.link.is_sending() && self.link.withdraw();
        if self.falls_silent() || withdrawn {
            self.events.push(Event::Unsent(peer));
        }
    }
}

/// Without general block transfer, what is too long is not sent.
#[cfg(not(feature = "general-block-transfer"))]
impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    const fn in_blocks(_: Conformance, _: usize, _: usize) -> Option<(usize, usize)> {
        None
    }

    const fn say_in_blocks(&mut self, _: Saps, _: core::ops::Range<usize>, _: usize) -> Option<()> {
        None
    }

    const fn is_saying(&self) -> bool {
        false
    }

    const fn falls_silent(&mut self) -> bool {
        false
    }
}
