//! What every data link is to the peers: APDUs in and out of a byte stream.

use core::ops::Range;

use crate::buffer::Buffer;
use crate::codec::DecodeError;
use crate::time::Instant;

/// The two ends of an exchange, by their service access points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Saps {
    /// The client: 16 is the public client.
    pub client: u16,
    /// The server, that is a logical device: 1 is the management logical device.
    pub server: u16,
}

/// Whether the peer's link confirms what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Delivery {
    /// In sequence, acknowledged where the link can.
    Confirmed,
    /// Sent once, never acknowledged: broadcast, unconfirmed services.
    Unconfirmed,
}

/// The link still sends an earlier APDU; try again when it was transmitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link is busy")]
pub struct Busy;

/// What came of some input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum LinkEvent {
    /// Nothing is complete yet.
    None,
    /// Part of an APDU came, or the peer confirmed part of one that is being sent: nothing is complete, but the
    /// exchange goes on. On a slow line an APDU takes its time.
    Progress {
        /// The ends of the connection.
        peer: Saps,
    },
    /// The connection to this peer stands.
    Opened {
        /// The ends of the connection.
        peer: Saps,
    },
    /// A whole APDU lies in the receive buffer, `len` octets from `keep` on.
    Apdu {
        /// Where it came from and whom it is for.
        peer: Saps,
        /// Its length.
        len: usize,
        /// How it was sent.
        delivery: Delivery,
    },
    /// An APDU came that the receive buffer could not take; it was discarded.
    Oversize {
        /// Where it came from and whom it was for.
        peer: Saps,
        /// Its length, as far as the link knows.
        needed: usize,
    },
    /// The connection to this peer ended.
    Closed {
        /// The ends of the connection.
        peer: Saps,
    },
}

/// The line failed, or the peer's link broke the rules of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum LinkError {
    /// The stream is not what the link expects and cannot be found again: close it.
    #[error("not a frame: {0}")]
    Unframed(DecodeError),
    /// The peer's link rejected a frame.
    #[error("frame rejected by the peer")]
    Rejected,
    /// The peer is disconnected, or disconnected itself.
    #[error("the peer is disconnected")]
    Disconnected,
    /// The peer did not answer, however often it was asked.
    #[error("no answer on the link")]
    NoAnswer,
}

/// APDUs in and out of a byte stream. Logic only: buffers belong to the machine above, the socket to a driver.
pub trait Link {
    /// Octets of room the link needs in front of an APDU to send.
    const HEADROOM: usize;
    /// The largest APDU the link carries.
    const MAX_APDU: usize;

    /// Starts to connect to `peer`; `Opened` follows, for a link without connections at once.
    fn open(&mut self, peer: Saps, now: Instant);

    /// Whether the connection to `peer` stands.
    fn is_open(&self, peer: Saps) -> bool;

    /// Starts to disconnect from `peer`. Returns whether `Closed` will follow: a link without connections has nothing
    /// to wait for.
    fn close(&mut self, peer: Saps, now: Instant) -> bool;

    /// Takes octets from the line, up to the end of the first complete unit, and puts the APDU into `rx` from
    /// octet `keep` on. Returns how many octets were taken: offer the rest again.
    ///
    /// # Errors
    /// The line or the peer's link failed.
    fn handle_input(
        &mut self,
        bytes: &[u8],
        rx: &mut dyn Buffer,
        keep: usize,
        now: Instant,
    ) -> Result<(usize, LinkEvent), LinkError>;

    /// Sends the APDU that lies at `apdu` in the transmit buffer, with [`HEADROOM`](Self::HEADROOM) octets before
    /// it; the buffer is the link's until [`is_sending`](Self::is_sending) says no.
    ///
    /// # Errors
    /// An earlier one is still being sent.
    fn send(&mut self, peer: Saps, apdu: Range<usize>, delivery: Delivery, now: Instant) -> Result<(), Busy>;

    /// Takes back an unconfirmed APDU of which nothing was sent yet. Whether there was one.
    fn withdraw(&mut self) -> bool {
        false
    }

    /// `peer` owes an APDU though nothing was sent to it: a link whose peer speaks only when asked asks it.
    fn solicit(&mut self, peer: Saps, now: Instant) {
        let _ = (peer, now);
    }

    /// The length, up to `most`, of APDUs to `peer` that use the link best: parts of a long value, which may be cut
    /// anywhere, are made so long.
    fn fitting(&self, peer: Saps, most: usize) -> usize {
        let _ = peer;
        most
    }

    /// Whether the link itself waits for an APDU of `peer`: it repeats what is lost and says when it gives up, so that
    /// nobody else has to watch the time meanwhile.
    fn awaits(&self, peer: Saps) -> bool {
        let _ = peer;
        false
    }

    /// The service access point of all servers at once.
    fn all_stations(&self) -> u16 {
        0x7f
    }

    /// Whether the transmit buffer is still needed.
    fn is_sending(&self) -> bool;

    /// The next octets for the line, if there are any now.
    fn poll_transmit<'t>(&'t mut self, tx: &'t mut [u8], now: Instant) -> Option<&'t [u8]>;

    /// The time came that [`poll_timeout`](Self::poll_timeout) named.
    ///
    /// # Errors
    /// The peer did not answer.
    fn handle_timeout(&mut self, now: Instant) -> Result<LinkEvent, LinkError>;

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    fn poll_timeout(&self) -> Option<Instant>;
}
