use dlms::Output;
use dlms::client::{Client, ClientError, Event, Misuse};
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::{Link, LinkError};
use dlms_security::CounterStore;
use embedded_io_async::{Read, Write};

use super::Timer;
use super::channel::{Channel, Received};
use crate::Error;

/// A meter at the other end of a transport, and the client that talks to it.
///
/// `T` is the transport, `M` the clock, `L` the link, `C` the cryptographic provider, `K` the store of the invocation
/// counters, `B` the buffers, `I` the room that octets are read into.
///
/// A future may be dropped while it waits for the meter: what it asked stays asked, and the next call first awaits the
/// answer, or its time-out, and discards it. For that the transport's `read` has to be free of side effects when it is
/// dropped. A future that is dropped while it sends leaves the meter with half a message: the connection is of no more
/// use then, and the next call says so. There is no time-out for sending; it is the transport's to have one.
#[derive(Debug)]
pub struct Meter<T, M, L, C, K, B, I> {
    channel: Channel<T, M, I>,
    pub(super) client: Client<L, C, K, B>,
    /// How the exchange in progress ended, while octets of it are still to send.
    outcome: Option<Event>,
    /// The transport ended, or cannot be used any more.
    ended: bool,
}

impl<T, M, L, C, K, B, I> Meter<T, M, L, C, K, B, I>
where
    T: Read + Write,
    M: Timer,
    L: Link,
    C: CryptoProvider,
    K: CounterStore,
    B: Buffer,
    I: AsRef<[u8]> + AsMut<[u8]>,
{
    /// The meter that `client` is configured for, over a transport that reaches it. `room` takes what one read gives:
    /// any size will do for a stream, one of datagrams must not be cut.
    pub const fn new(transport: T, timer: M, room: I, client: Client<L, C, K, B>) -> Self {
        Self { channel: Channel::new(transport, timer, room), client, outcome: None, ended: false }
    }

    /// The client: what was negotiated, statistics, the last result.
    #[must_use]
    pub const fn client(&self) -> &Client<L, C, K, B> {
        &self.client
    }

    /// The client, to get at its keys and counters. Requests are made through the meter.
    pub const fn client_mut(&mut self) -> &mut Client<L, C, K, B> {
        &mut self.client
    }

    /// The transport, after the association was released.
    pub fn into_transport(self) -> T {
        self.channel.transport
    }

    /// Makes a request and carries it out.
    pub(super) async fn exchange(
        &mut self,
        request: impl FnMut(&mut Client<L, C, K, B>) -> Result<(), ClientError>,
    ) -> Result<(), Error<T::Error>> {
        self.settle().await?;
        self.client.set_stream_blocks(false);
        self.ask(request).await?;
        self.carry_out(|_| {}).await.map(|_| ())
    }

    /// Makes a request and carries it out; the blocks of its answer go to `each`.
    pub(super) async fn exchange_blocks(
        &mut self,
        request: impl FnMut(&mut Client<L, C, K, B>) -> Result<(), ClientError>,
        each: impl FnMut(&[u8]),
    ) -> Result<(), Error<T::Error>> {
        self.settle().await?;
        self.client.set_stream_blocks(true);
        self.ask(request).await?;
        self.carry_out(each).await.map(|_| ())
    }

    /// As [`exchange`](Self::exchange), unless the same was asked before by a future that was dropped: then its answer
    /// will do.
    pub(super) async fn exchange_once(
        &mut self,
        request: impl FnOnce(&mut Client<L, C, K, B>) -> Result<(), ClientError>,
        wanted: Event,
    ) -> Result<(), Error<T::Error>> {
        if self.settle().await? == Some(wanted) {
            return Ok(());
        }
        request(&mut self.client)?;
        self.carry_out(|_| {}).await.map(|_| ())
    }

    /// Makes a request; first reads which short names the meter's objects have, where that is what it lacks.
    async fn ask(
        &mut self,
        mut request: impl FnMut(&mut Client<L, C, K, B>) -> Result<(), ClientError>,
    ) -> Result<(), Error<T::Error>> {
        loop {
            match request(&mut self.client) {
                Err(ClientError::Misuse(Misuse::NoShortName)) if self.client.lacks_short_names() => {
                    self.client.read_short_names()?;
                    self.carry_out(|_| {}).await?;
                }
                made => return Ok(made?),
            }
        }
    }

    /// Awaits the end of what a dropped future asked; how it ended.
    async fn settle(&mut self) -> Result<Option<Event>, Error<T::Error>> {
        if self.channel.is_cut() {
            self.end();
        }
        if self.ended {
            return Err(ClientError::Link(LinkError::Disconnected).into());
        }
        if !self.client.is_busy() && self.outcome.is_none() {
            return Ok(None);
        }
        self.client.abandon();
        match self.carry_out(|_| {}).await {
            Ok(event) => Ok(Some(event)),
            Err(error) if self.ended => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Carries out the request that was made; how it ended.
    async fn carry_out(&mut self, each: impl FnMut(&[u8])) -> Result<Event, Error<T::Error>> {
        match self.drive(each).await {
            Ok(Event::Failed(error)) => {
                self.ended |= self.client.is_closed();
                Err(error.into())
            }
            Ok(Event::Closed) => {
                self.ended |= self.client.is_closed();
                Err(ClientError::Link(LinkError::Disconnected).into())
            }
            Ok(event) => Ok(event),
            Err(error) => {
                self.end();
                Err(Error::Io(error))
            }
        }
    }

    async fn drive(&mut self, mut each: impl FnMut(&[u8])) -> Result<Event, T::Error> {
        loop {
            let until = loop {
                match self.client.poll_output(self.channel.now()) {
                    Output::Transmit(octets) => {
                        if !self.channel.send(octets).await? {
                            self.client.handle_closed();
                        }
                    }
                    Output::Event(Event::Block) => each(self.client.block()),
                    // Nobody is told here; a firmware that wants to know drives the client itself.
                    Output::Event(Event::Notification | Event::NotificationRefused(_)) => {}
                    Output::Event(event) => self.outcome = Some(event),
                    Output::Wait(until) => break until,
                }
            };
            if let Some(event) = self.outcome.take() {
                return Ok(event);
            }
            let now = self.channel.now();
            let rest = self.channel.inbox.rest();
            if !rest.is_empty() {
                let taken = self.client.handle_input(rest, now);
                self.channel.inbox.take(taken);
                continue;
            }
            match self.channel.receive(until).await? {
                Received::Octets => {}
                Received::Nothing => self.client.handle_timeout(self.channel.now()),
                Received::End => self.client.handle_closed(),
            }
        }
    }

    fn end(&mut self) {
        self.ended = true;
        self.outcome = None;
        self.client.handle_closed();
    }
}
