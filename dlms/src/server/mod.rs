//! The server: logical devices, and connections to their clients.

#[cfg(feature = "access")]
mod access;
mod action;
mod associate;
mod association;
mod authenticate;
mod built_in;
mod config;
mod device;
mod effect;
mod event;
mod fault;
mod fill;
#[cfg(feature = "general-block-transfer")]
mod general;
mod get;
mod invoke;
#[cfg(feature = "notifications")]
mod notify;
mod push;
mod read;
mod release;
mod request;
#[cfg(all(feature = "general-block-transfer", feature = "notifications"))]
mod say;
mod set;
mod short_name;
mod site;
#[cfg(any(feature = "access", feature = "general-block-transfer"))]
mod store;
mod transfer;
mod write;

pub use config::{AssociationConfig, DeviceConfig, PreEstablished};
pub use device::{Device, LogicalDevice, Parts};
pub use effect::capture;
pub use event::Event;
#[cfg(feature = "notifications")]
pub use notify::NotifyError;
pub use push::{Push, PushError, PushEvent, Pusher};
pub use short_name::{InOrder, LogicalNamesOnly, ShortNames};

use dlms_core::apdu::tag;
use dlms_core::buffer::Buffer;
use dlms_core::limits;
use dlms_core::link::{Delivery, Link, LinkEvent, Saps};
use dlms_core::time::Instant;

use crate::machine::{Output, earlier};
use association::Association;
use event::Events;
use fault::Fault;
use site::Site;
use transfer::Transfer;

/// A connection to clients of logical devices: a machine without sockets, clock or heap.
///
/// `L` is the link, `B` the buffers, `A` the number of associations at a time. What the connections of a server share
/// are its devices, which every call is given. See [`Output`] for the order of calls.
#[derive(Debug)]
pub struct Connection<L, B, const A: usize = 1> {
    link: L,
    rx: B,
    tx: B,
    associations: [Association; A],
    transfer: Option<Transfer>,
    /// The blocks of the request that is being served, if it came in general blocks.
    #[cfg(feature = "general-block-transfer")]
    asked: Option<general::Asked>,
    /// A notification on its way in blocks.
    #[cfg(all(feature = "general-block-transfer", feature = "notifications"))]
    saying: Option<(Saps, crate::general_blocks::Unconfirmed)>,
    /// Octets at the front of the receive buffer that have to last: a request that is still being answered, a value
    /// that is still coming.
    kept: usize,
    /// Keys agreed on in an answer that is still being sent.
    #[cfg(feature = "certificates")]
    agreed: built_in::AgreedKeys,
    /// What is served now has no answer.
    mute: bool,
    events: Events,
    inactivity_time_out: u64,
    /// When the connection ends if nothing comes.
    deadline: Option<Instant>,
    now: Instant,
    closed: bool,
}

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Octets to leave behind an answer in the receive buffer: its tag, and a confirmation that comes.
    const BEHIND: usize = dlms_security::SecurityContext::TAILROOM + 16;

    /// A connection that was just made, over `link`, with buffers for what is received and what is sent.
    #[must_use]
    pub fn new(link: L, rx: B, tx: B) -> Self {
        Self {
            link,
            rx,
            tx,
            associations: [const { Association::FREE }; A],
            transfer: None,
            #[cfg(feature = "general-block-transfer")]
            asked: None,
            #[cfg(all(feature = "general-block-transfer", feature = "notifications"))]
            saying: None,
            kept: 0,
            #[cfg(feature = "certificates")]
            agreed: built_in::AgreedKeys::default(),
            mute: false,
            events: Events::default(),
            inactivity_time_out: limits::INACTIVITY_TIME_OUT_TCP,
            deadline: None,
            now: Instant::default(),
            closed: false,
        }
    }

    /// Ends the connection after so many milliseconds without a message; 0: never.
    #[must_use]
    pub const fn with_inactivity_time_out(mut self, milliseconds: u64) -> Self {
        self.inactivity_time_out = milliseconds;
        self
    }

    /// The link, for what it has to tell.
    #[must_use]
    pub const fn link(&self) -> &L {
        &self.link
    }

    /// Takes octets from the line, up to the end of the first complete APDU, and serves it. Returns how many: drain
    /// the connection, then offer the rest.
    pub fn handle_input<D: LogicalDevice>(&mut self, devices: &mut [D], bytes: &[u8], now: Instant) -> usize {
        self.now = now;
        if self.closed {
            return bytes.len();
        }
        match self.link.handle_input(bytes, &mut self.rx, self.kept, now) {
            Ok((taken, event)) => {
                self.handle_link(devices, event);
                taken
            }
            Err(error) => {
                self.events.push(Event::Line(error));
                self.close(devices);
                bytes.len()
            }
        }
    }

    /// The time came that `Wait` named.
    pub fn handle_timeout<D: LogicalDevice>(&mut self, devices: &mut [D], now: Instant) {
        self.now = now;
        match self.link.handle_timeout(now) {
            Ok(event) => self.handle_link(devices, event),
            Err(error) => {
                self.events.push(Event::Line(error));
                self.close(devices);
            }
        }
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            self.close(devices);
        }
        #[cfg(feature = "general-block-transfer")]
        self.go_on(devices);
    }

    /// The transport ended: its associations end with it.
    pub fn handle_closed<D: LogicalDevice>(&mut self, devices: &mut [D]) {
        self.close(devices);
    }

    /// What to do next; again until it says `Wait`.
    pub fn poll_output(&mut self, now: Instant) -> Output<'_, Event> {
        self.now = now;
        if self.deadline.is_none() && self.inactivity_time_out > 0 && !self.closed {
            self.deadline = Some(now.plus(self.inactivity_time_out));
        }
        #[cfg(all(feature = "general-block-transfer", feature = "notifications"))]
        self.say_on();
        let wait = earlier(self.deadline, self.link.poll_timeout());
        #[cfg(feature = "general-block-transfer")]
        let wait = earlier(wait, if self.is_bursting() { Some(now) } else { self.gives_up() });
        match self.link.poll_transmit(self.tx.as_mut_slice(), now) {
            Some(bytes) => Output::Transmit(bytes),
            None => match self.events.pop() {
                Some(event) => Output::Event(event),
                None => Output::Wait(wait),
            },
        }
    }

    /// Whether the connection is of no more use.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    fn handle_link<D: LogicalDevice>(&mut self, devices: &mut [D], event: LinkEvent) {
        match event {
            LinkEvent::Apdu { peer, len, delivery } => {
                let (peer, delivery) = meant(peer, delivery);
                let Some(mut site) = Site::find(devices, peer.server) else { return };
                self.touch();
                #[cfg(feature = "notifications")]
                self.make_way(peer);
                if self.link.is_sending() {
                    // The client did not wait for the answer; nor will this one be.
                    return;
                }
                // One long exchange at a time: that of another client ends it, unless nobody waits for the answer.
                if self.transfer.as_ref().is_some_and(|transfer| transfer.peer != peer) {
                    if delivery == Delivery::Unconfirmed {
                        return;
                    }
                    self.give_up_transfer(&mut site, peer, len);
                    return;
                }
                let apdu = self.kept..self.kept.saturating_add(len);
                #[cfg(feature = "certificates")]
                core::mem::swap(&mut site.agreed, &mut self.agreed);
                match delivery {
                    Delivery::Confirmed => self.handle_apdu(&mut site, peer, apdu),
                    Delivery::Unconfirmed => self.handle_unconfirmed(&mut site, peer, apdu),
                }
                #[cfg(feature = "certificates")]
                self.install_agreed(&mut site);
            }
            LinkEvent::Progress { .. } => self.touch(),
            LinkEvent::Oversize { peer, .. } if Site::find(devices, peer.server).is_some() => {
                self.touch();
                self.abort_transfer();
                self.answer_fault(peer, Fault::TooLong);
            }
            // Opened once more, a link begins anew: what was before is over.
            LinkEvent::Opened { peer } | LinkEvent::Closed { peer } => {
                if let Some(mut site) = Site::find(devices, peer.server) {
                    self.end(&mut site, peer);
                }
            }
            _ => {}
        }
    }

    /// Serves a request that ends another client's long exchange. It lies behind what was kept for that one.
    fn give_up_transfer<D: LogicalDevice>(&mut self, site: &mut Site<'_, D>, peer: Saps, len: usize) {
        let apdu = self.kept..self.kept.saturating_add(len);
        self.transfer = None;
        let whole = self.rx.as_mut_slice().get_mut(..apdu.end).unwrap_or_default();
        dlms_core::buffer::shift_down(whole, apdu.start);
        self.kept = 0;
        self.handle_apdu(site, peer, 0..len);
    }

    /// Serves a request that nobody expects an answer to. Associations are not opened and released that way.
    fn handle_unconfirmed<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        peer: Saps,
        apdu: core::ops::Range<usize>,
    ) {
        if !matches!(self.rx.as_slice().get(apdu.start), Some(&(tag::AARQ | tag::RLRQ))) {
            self.mute = true;
            self.handle_apdu(site, peer, apdu);
            self.mute = false;
        }
    }

    fn handle_apdu<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        peer: Saps,
        apdu: core::ops::Range<usize>,
    ) {
        match self.rx.as_slice().get(apdu.start).copied() {
            Some(tag::AARQ) => self.associate(site, peer, apdu),
            Some(tag::RLRQ) => self.release(site, peer, apdu),
            #[cfg(feature = "general-block-transfer")]
            Some(tag::GENERAL_BLOCK_TRANSFER) => self.general_block(site, peer, apdu),
            _ => self.serve(site, peer, apdu),
        }
    }

    /// Something came: the connection is alive.
    const fn touch(&mut self) {
        self.deadline =
            if self.inactivity_time_out > 0 { Some(self.now.plus(self.inactivity_time_out)) } else { None };
    }

    /// Ends all associations and the connection.
    fn close<D: LogicalDevice>(&mut self, devices: &mut [D]) {
        if self.closed {
            return;
        }
        self.closed = true;
        self.deadline = None;
        #[cfg(all(feature = "general-block-transfer", feature = "notifications"))]
        self.falls_silent();
        self.abort_transfer();
        for slot in 0..A {
            let Some(peer) = self.associations.get(slot).map(|association| association.peer) else {
                continue;
            };
            if let Some(mut site) = Site::find(devices, peer.server) {
                self.end(&mut site, peer);
            }
        }
        self.events.push(Event::Closed);
    }
}

/// Whom an APDU is for. What is sent to all stations the management logical device takes, and nobody answers.
const fn meant(peer: Saps, delivery: Delivery) -> (Saps, Delivery) {
    /// The management logical device.
    const MANAGEMENT: u16 = 1;
    match peer.server {
        // Seven bits, as of the wrapper and short addresses of HDLC, and fourteen.
        0x7f | 0x3fff => (Saps { client: peer.client, server: MANAGEMENT }, Delivery::Unconfirmed),
        _ => (peer, delivery),
    }
}
