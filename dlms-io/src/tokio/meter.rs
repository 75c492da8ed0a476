use dlms::client::{Client, ClientError, Event, Misuse};
use dlms::{Notification, Output};
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::{Link, LinkError};
use dlms_security::CounterStore;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Error;
use super::channel::{Channel, Received};
use crate::inbox::Inbox;
use crate::notified::Notified;
use crate::progress::Progress;
use crate::{Habits, Observer, Traffic};

/// A meter at the other end of a transport, and the client that talks to it.
///
/// `T` is the transport, `L` the link, `C` the cryptographic provider, `K` the store of the invocation counters, `B`
/// the buffers.
///
/// Every future may be dropped at any time. What it asked stays asked: the next call first awaits the answer, or its
/// time-out, and discards it. Octets are never lost in between, in neither direction.
#[derive(Debug)]
pub struct Meter<T, L, C, K, B = Vec<u8>> {
    pub(super) channel: Channel<T>,
    pub(super) client: Client<L, C, K, B>,
    /// How the exchange in progress ended, while octets of it are still to send.
    outcome: Option<Event>,
    /// The transport ended, or cannot be used any more.
    ended: bool,
    notified: Notified,
    pub(super) habits: Habits,
}

impl<T, L, C, K, B> Meter<T, L, C, K, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    L: Link,
    C: CryptoProvider,
    K: CounterStore,
    B: Buffer,
{
    /// The meter that `client` is configured for, over a transport that reaches it.
    pub fn new(transport: T, client: Client<L, C, K, B>) -> Self {
        let channel = Channel::new(transport, client.config().response_time_out);
        Self {
            channel,
            client,
            outcome: None,
            ended: false,
            notified: Notified::default(),
            habits: Habits::default(),
        }
    }

    /// With so many octets in one read at most: for datagrams, which must not be cut.
    #[must_use]
    pub fn with_read_size(mut self, octets: usize) -> Self {
        self.channel.inbox = Inbox::new(vec![0; octets.max(1)]);
        self
    }

    /// Heeds what the meter wants from now on.
    pub const fn set_habits(&mut self, habits: Habits) {
        self.habits = habits;
    }

    /// Shows all octets on the line to `observer` from now on.
    pub fn observe(&mut self, observer: impl Observer + Send + 'static) {
        self.channel.watch.observer = Some(Box::new(observer));
    }

    /// Tells `listener` what the meter sends unasked from now on, and why something of it was not taken. What comes
    /// during a request is told before its outcome.
    pub fn on_notification(
        &mut self,
        listener: impl FnMut(Result<Notification<'_>, ClientError>) + Send + 'static,
    ) {
        self.notified.0 = Some(Box::new(listener));
    }

    /// Awaits something that the meter sends unasked.
    ///
    /// # Errors
    /// The connection ended.
    pub async fn wait_for_notification(&mut self) -> Result<(), Error> {
        self.settle().await?;
        self.carry_out().await.map(|_| ())
    }

    /// How many octets passed on the line so far.
    #[must_use]
    pub const fn traffic(&self) -> Traffic {
        self.channel.watch.traffic
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
    ) -> Result<(), Error> {
        self.settle().await?;
        self.client.set_stream_blocks(false);
        self.ask(request).await?;
        self.carry_out().await.map(|_| ())
    }

    /// Makes a request and carries it out; the blocks of its answer go to `each`.
    pub(super) async fn exchange_blocks(
        &mut self,
        request: impl FnMut(&mut Client<L, C, K, B>) -> Result<(), ClientError>,
        mut each: impl FnMut(&[u8]),
    ) -> Result<(), Error> {
        self.settle().await?;
        self.client.set_stream_blocks(true);
        self.ask(request).await?;
        while self.progress().await? == Progress::Block {
            each(self.client.block());
        }
        Ok(())
    }

    /// As [`exchange`](Self::exchange), unless the same was asked before by a future that was dropped: then its answer
    /// will do.
    pub(super) async fn exchange_once(
        &mut self,
        request: impl FnOnce(&mut Client<L, C, K, B>) -> Result<(), ClientError>,
        wanted: Event,
    ) -> Result<(), Error> {
        if self.settle().await? == Some(wanted) {
            return Ok(());
        }
        request(&mut self.client)?;
        self.carry_out().await.map(|_| ())
    }

    /// Makes a request; first reads which short names the meter's objects have, where that is what it lacks.
    pub(super) async fn ask(
        &mut self,
        mut request: impl FnMut(&mut Client<L, C, K, B>) -> Result<(), ClientError>,
    ) -> Result<(), Error> {
        loop {
            match request(&mut self.client) {
                Err(ClientError::Misuse(Misuse::NoShortName)) if self.client.lacks_short_names() => {
                    self.client.read_short_names()?;
                    self.carry_out().await?;
                }
                made => return Ok(made?),
            }
        }
    }

    /// Awaits the end of what a dropped future asked; how it ended.
    pub(super) async fn settle(&mut self) -> Result<Option<Event>, Error> {
        if self.ended {
            return Err(ClientError::Link(LinkError::Disconnected).into());
        }
        if !self.client.is_busy() && self.outcome.is_none() {
            return Ok(None);
        }
        self.client.abandon();
        match self.carry_out().await {
            Ok(event) => Ok(Some(event)),
            Err(error) if self.ended => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Carries out the request that was made; how it ended.
    async fn carry_out(&mut self) -> Result<Event, Error> {
        loop {
            if let Progress::End(event) = self.progress().await? {
                return Ok(event);
            }
        }
    }

    /// Carries out the request that was made, to the next block of its answer or to its end.
    pub(super) async fn progress(&mut self) -> Result<Progress, Error> {
        match self.drive().await {
            Ok(Event::Failed(error)) => {
                self.ended |= self.client.is_closed();
                Err(error.into())
            }
            Ok(Event::Closed) => {
                self.ended |= self.client.is_closed();
                Err(ClientError::Link(LinkError::Disconnected).into())
            }
            Ok(Event::Block) => Ok(Progress::Block),
            Ok(event) => Ok(Progress::End(event)),
            Err(error) => {
                self.ended = true;
                self.outcome = None;
                self.client.handle_closed();
                Err(Error::Io(error))
            }
        }
    }

    /// What happens next: a block, or the end of the exchange.
    async fn drive(&mut self) -> std::io::Result<Event> {
        let asked = self.client.is_busy();
        let mut heard = false;
        loop {
            let until = loop {
                self.channel.flush().await?;
                match self.client.poll_output(self.channel.now()) {
                    Output::Transmit(octets) => self.channel.put(octets),
                    Output::Event(Event::Block) => return Ok(Event::Block),
                    Output::Event(Event::Notification) => {
                        heard = true;
                        self.notified.tell(self.client.notification());
                    }
                    Output::Event(Event::NotificationRefused(error)) => self.notified.tell(Err(error)),
                    Output::Event(event) => self.outcome = Some(event),
                    Output::Wait(until) => break until,
                }
            };
            if let Some(event) = self.outcome.take() {
                return Ok(event);
            }
            if heard && !asked {
                return Ok(Event::Notification);
            }
            let rest = self.channel.inbox.rest();
            if !rest.is_empty() {
                let taken = self.client.handle_input(rest, self.channel.now());
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
}
