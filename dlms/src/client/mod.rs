//! The client: associates with a logical device, reads and writes attributes, invokes methods.

mod abandon;
#[cfg(feature = "access")]
mod access;
mod action;
mod associate;
mod blocks;
mod config;
mod error;
mod event;
mod exchange;
#[cfg(feature = "general-block-transfer")]
mod general;
mod get;
pub mod image;
pub mod keys;
mod notification;
#[cfg(feature = "alloc")]
pub mod profile;
mod read_all;
mod set;
mod short_name;
mod statistics;
mod unconfirmed;

#[cfg(feature = "access")]
pub use access::{Access, AccessOptions, AccessResults};
pub use config::{Ciphering, ClientConfig, PreEstablished};
pub use error::{ClientError, ImageRefusal, Limit, Misbehaviour, Misuse, Refusal, Timer};
pub use event::Event;
pub use read_all::ReadAll;
pub use short_name::{NameTable, ShortName};
pub use statistics::Statistics;
pub use unconfirmed::{Recipients, Unconfirmed};

use core::ops::Range;

use dlms_core::apdu::{Conformance, GetDataResult, List};
use dlms_core::buffer::Buffer;
use dlms_core::codec::Decode;
use dlms_core::crypto::{CryptoProvider, KeyId, KeyKind, SecuritySuite};
use dlms_core::data::DataType;
use dlms_core::link::{Link, LinkError, LinkEvent};
use dlms_core::time::Instant;
use dlms_security::hls::Challenge;
use dlms_security::{
    CounterId, CounterStore, InvocationCounters, ReplayWindows, SecurityContext, SecurityError, SystemTitle,
};

use crate::machine::{Output, earlier};
use notification::Notified;
use short_name::{Handler, Variables};

/// What the two ends agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Negotiated {
    /// The services both offer.
    pub conformance: Conformance,
    /// The largest APDU the server takes; 0: it states no limit.
    pub server_max_receive_pdu_size: u16,
    /// The version of xDLMS.
    pub dlms_version: u8,
    /// The server's system title, where it told.
    pub server_title: Option<SystemTitle>,
}

/// Where the client stands with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Idle,
    Associated,
    /// The connection is of no more use.
    Closed,
}

/// What the client waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Exchange {
    None,
    Associate,
    /// The answer to the third pass of HLS.
    Authenticate,
    Release,
    /// The link, to close.
    Disconnect {
        /// Whether it was told.
        closing: bool,
    },
    Get {
        items: Option<usize>,
        /// The last block received.
        block: u32,
    },
    Set {
        items: Option<usize>,
        /// The value that goes in blocks, and the number of the last one sent.
        blocks: Option<Blocks>,
    },
    Action {
        items: Option<usize>,
        blocks: Option<Blocks>,
        /// The last block of the answer received.
        block: u32,
    },
    #[cfg(feature = "access")]
    Access {
        items: usize,
    },
    /// By short names.
    Variables(Variables),
    /// A request that nobody answers.
    Unconfirmed {
        to: Recipients,
        /// It has no ciphered form of its own.
        general: bool,
    },
}

/// A value on its way in blocks: what of it is still to send, in the transmit buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Blocks {
    rest: Range<usize>,
    number: u32,
}

/// What an exchange came to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    None,
    /// A value, in the receive buffer; empty if a method gave none.
    Value(Range<usize>),
    /// The results of a list: count and results, in the receive buffer.
    List(Range<usize>),
    #[cfg(feature = "access")]
    /// An access-response, in the receive buffer.
    Access(Range<usize>),
    /// Part of a value.
    Block(Range<usize>),
}

/// The counters of the server: under the global unicast key, and of notifications under the broadcast key.
const ORIGINATORS: usize = if cfg!(feature = "notifications") { 2 } else { 1 };

/// A client of one logical device: a machine without sockets, clock or heap.
///
/// `L` is the link, `C` the cryptographic provider, `S` the store of the invocation counters, `B` the buffers:
/// arrays on a meter, vectors on a head-end. A command ([`associate`](Self::associate), [`get`](Self::get), …) starts
/// an exchange; [`poll_output`](Self::poll_output) and [`handle_input`](Self::handle_input) carry it out, to an
/// [`Event`]; [`value`](Self::value) fetches what it gave. See [`Output`] for the order of calls.
#[derive(Debug)]
pub struct Client<L, C, S, B> {
    link: L,
    crypto: C,
    counters: InvocationCounters<S>,
    replay: ReplayWindows<ORIGINATORS>,
    config: ClientConfig,
    security: SecurityContext,
    rx: B,
    tx: B,
    phase: Phase,
    exchange: Exchange,
    outcome: Outcome,
    /// Invoke-id of the last request.
    invoke_id: u8,
    #[cfg(feature = "access")]
    /// Long-invoke-id of the last ACCESS request.
    long_invoke_id: u32,
    negotiated: Negotiated,
    /// The challenge to the server, and the server's.
    ctos: Option<Challenge>,
    stoc: Option<Challenge>,
    /// Octets at the front of the receive buffer that have to last.
    kept: usize,
    /// A plain APDU in the transmit buffer that waits to be sent.
    outgoing: Option<Range<usize>>,
    #[cfg(feature = "general-block-transfer")]
    general: Option<general::General>,
    deadline: Option<Instant>,
    /// Nobody waits for what is being read any more.
    abandoned: bool,
    /// Why something that may have been the awaited answer was not taken.
    doubt: Option<SecurityError>,
    event: Option<Event>,
    statistics: Statistics,
    notified: Notified,
    /// What serves short names, where the client was made for them.
    handler: Option<Handler<L, C, S, B>>,
    names: NameTable,
    /// The meter was asked for them in this association.
    names_read: bool,
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// A client that is not associated, over a link that is not open.
    pub fn new(
        link: L,
        config: ClientConfig,
        crypto: C,
        counters: InvocationCounters<S>,
        rx: B,
        tx: B,
    ) -> Self {
        Self {
            link,
            crypto,
            counters,
            replay: ReplayWindows::new(),
            config,
            security: SecurityContext::new(SecuritySuite::Suite0, 0, SystemTitle([0; 8])),
            rx,
            tx,
            phase: Phase::Idle,
            exchange: Exchange::None,
            outcome: Outcome::None,
            invoke_id: 0,
            #[cfg(feature = "access")]
            long_invoke_id: 0,
            negotiated: Negotiated {
                conformance: Conformance::NONE,
                server_max_receive_pdu_size: 0,
                dlms_version: 0,
                server_title: None,
            },
            ctos: None,
            stoc: None,
            kept: 0,
            outgoing: None,
            #[cfg(feature = "general-block-transfer")]
            general: None,
            deadline: None,
            abandoned: false,
            doubt: None,
            event: None,
            statistics: Statistics::default(),
            notified: Notified::default(),
            handler: None,
            names: NameTable::given(&[]),
            names_read: false,
        }
    }

    /// What was agreed with the server; nothing while there is no association.
    #[must_use]
    pub fn negotiated(&self) -> Option<Negotiated> {
        (self.phase == Phase::Associated).then_some(self.negotiated)
    }

    /// The link below: what was negotiated there.
    #[must_use]
    pub const fn link(&self) -> &L {
        &self.link
    }

    /// How it talks to the meter.
    #[must_use]
    pub const fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// Hands over long values block by block from the next request on, or keeps them whole.
    pub const fn set_stream_blocks(&mut self, stream: bool) {
        self.config.stream_blocks = stream;
    }

    /// Its invocation counters, to raise them to what the server expects.
    pub const fn counters_mut(&mut self) -> &mut InvocationCounters<S> {
        &mut self.counters
    }

    /// Its cryptographic provider.
    pub const fn crypto_mut(&mut self) -> &mut C {
        &mut self.crypto
    }

    /// A key was replaced, here and at the server: its counters start again, in both directions.
    ///
    /// # Errors
    /// The store of the counters failed.
    pub fn key_replaced(&mut self, key: KeyId) -> Result<(), ClientError> {
        self.replay.forget(key);
        let broadcast = match key.kind {
            KeyKind::GlobalUnicastEncryption => false,
            KeyKind::GlobalBroadcastEncryption => true,
            _ => return Ok(()),
        };
        let id = CounterId { setup: key.setup, broadcast };
        Ok(self.counters.restart_with_new_key(id).map_err(SecurityError::from)?)
    }

    /// Whether a request is pending.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.exchange != Exchange::None
    }

    /// How much was sent and received so far.
    #[must_use]
    pub const fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// The value that the last read, or the last method, gave.
    ///
    /// # Errors
    /// It is of another type; there is none.
    pub fn value<T: DataType>(&self) -> Result<T::View<'_>, ClientError> {
        Ok(T::View::from_bytes(self.value_bytes()?)?)
    }

    /// The encoding of the value that the last read, or the last method, gave; null-data for a method without result.
    ///
    /// # Errors
    /// There is none.
    pub fn value_bytes(&self) -> Result<&[u8], ClientError> {
        match &self.outcome {
            Outcome::Value(range) if range.is_empty() => Ok(&[0]),
            Outcome::Value(range) => Ok(self.rx.as_slice().get(range.clone()).unwrap_or_default()),
            _ => Err(Misuse::NoResult.into()),
        }
    }

    /// The results of the last request with a list, in its order: of [`GetDataResult`] for a read, of
    /// [`DataAccessResult`](dlms_core::apdu::DataAccessResult) for a write, of
    /// [`ActionResponseItem`](dlms_core::apdu::ActionResponseItem) for methods.
    ///
    /// # Errors
    /// They are of another kind; there are none.
    pub fn results<'a, T: Decode<'a>>(&'a self) -> Result<List<'a, T>, ClientError> {
        match &self.outcome {
            Outcome::List(range) => {
                Ok(List::from_bytes(self.rx.as_slice().get(range.clone()).unwrap_or_default())?)
            }
            _ => Err(Misuse::NoResult.into()),
        }
    }

    /// The results of the last read with a list.
    ///
    /// # Errors
    /// As [`results`](Self::results).
    pub fn values(&self) -> Result<List<'_, GetDataResult<'_>>, ClientError> {
        self.results()
    }

    /// The part of a long value that the last [`Event::Block`] speaks of.
    #[must_use]
    pub fn block(&self) -> &[u8] {
        match &self.outcome {
            Outcome::Block(range) => self.rx.as_slice().get(range.clone()).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Takes octets from the line, up to the end of the first complete APDU. Returns how many: drain the client, then
    /// offer the rest.
    pub fn handle_input(&mut self, bytes: &[u8], now: Instant) -> usize {
        if !self.is_busy() {
            self.outcome = Outcome::None;
        }
        self.forget_notification();
        match self.link.handle_input(bytes, &mut self.rx, self.kept, now) {
            Ok((taken, event)) => {
                self.handle_link(event, now);
                taken
            }
            Err(error) => {
                self.handle_line_error(error);
                bytes.len()
            }
        }
    }

    /// The time came that `Wait` named.
    pub fn handle_timeout(&mut self, now: Instant) {
        match self.link.handle_timeout(now) {
            Ok(event) => self.handle_link(event, now),
            Err(error) => self.handle_line_error(error),
        }
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            #[cfg(feature = "general-block-transfer")]
            if !self.link.awaits(self.config.saps) && self.repeat_general() {
                return;
            }
            let late = self.doubt.map_or(ClientError::Timeout(Timer::Response), ClientError::Security);
            match self.exchange {
                _ if self.link.awaits(self.config.saps) => {
                    self.deadline = Some(now.plus(self.config.response_time_out));
                }
                // Nothing would tell a late answer from that to the next request.
                Exchange::Variables(_) => self.close(late),
                _ => self.fail(late),
            }
        }
    }

    /// The transport ended: nothing pending can succeed.
    pub fn handle_closed(&mut self) {
        if self.phase != Phase::Closed {
            self.close(ClientError::Link(LinkError::Disconnected));
        }
    }

    /// Whether the transport is of no more use: only a new client over a new one can associate. A link that was lost on
    /// a line that stands can be opened again.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// What to do next; again until it says `Wait`.
    pub fn poll_output(&mut self, now: Instant) -> Output<'_, Event> {
        // What came in between is told before the outcome of a request takes its place.
        if let Some(Event::Notification) = self.event {
            self.event = None;
            return Output::Event(Event::Notification);
        }
        self.flush(now);
        let wait = earlier(self.deadline, self.link.poll_timeout());
        match self.link.poll_transmit(self.tx.as_mut_slice(), now) {
            Some(bytes) => Output::Transmit(bytes),
            None => match self.event.take() {
                Some(event) => Output::Event(event),
                None => Output::Wait(wait),
            },
        }
    }

    fn handle_link(&mut self, event: LinkEvent, now: Instant) {
        match event {
            LinkEvent::Apdu { peer, len, .. } if peer == self.config.saps => {
                let end = self.kept.saturating_add(len);
                self.statistics.received(len);
                self.handle_apdu(self.kept..end, now);
            }
            LinkEvent::Oversize { peer, needed } if peer == self.config.saps => {
                #[cfg(feature = "general-block-transfer")]
                self.interrupt_gathering();
                let agreed = usize::from(self.config.max_receive_pdu_size);
                if agreed != 0 && needed > agreed {
                    self.fail(Misbehaviour::TooLong(needed).into());
                } else {
                    self.fail(dlms_core::codec::Overflow { needed: self.kept.saturating_add(needed) }.into());
                }
            }
            // An answer that is coming is waited for.
            LinkEvent::Progress { peer } if peer == self.config.saps && self.deadline.is_some() => {
                self.deadline = Some(now.plus(self.config.response_time_out));
            }
            LinkEvent::Closed { peer } if peer == self.config.saps => self.handle_link_closed(),
            _ => {}
        }
    }

    fn handle_link_closed(&mut self) {
        if matches!(self.exchange, Exchange::Disconnect { .. } | Exchange::Release) {
            self.end_association();
            self.finish(Event::Released);
        } else {
            self.lose(ClientError::Link(LinkError::Disconnected));
        }
    }

    fn handle_line_error(&mut self, error: LinkError) {
        match error {
            LinkError::Unframed(_) => self.close(error.into()),
            // The line is as good as before.
            _ => self.lose(error.into()),
        }
    }
}
