use core::time::Duration;

use dlms::client::{Client, ClientError, Event, Misuse};
use dlms::{Notification, Output};
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::{Link, LinkError};
use dlms_core::time::Instant;
use dlms_security::CounterStore;

use super::channel::{Channel, Received};
use super::{Error, Transport};
use crate::notified::Notified;
use crate::progress::Progress;
use crate::{Habits, Observer, Traffic};

/// A meter at the other end of a transport, and the client that talks to it.
///
/// `T` is the transport, `L` the link, `C` the cryptographic provider, `K` the store of the invocation counters, `B`
/// the buffers.
#[derive(Debug)]
pub struct Meter<T, L, C, K, B = Vec<u8>> {
    channel: Channel<T>,
    pub(super) client: Client<L, C, K, B>,
    /// The transport ended, or cannot be used any more.
    ended: bool,
    notified: Notified,
    pub(super) habits: Habits,
}

impl<T: Transport, L: Link, C: CryptoProvider, K: CounterStore, B: Buffer> Meter<T, L, C, K, B> {
    /// The meter that `client` is configured for, over a transport that reaches it.
    pub fn new(transport: T, client: Client<L, C, K, B>) -> Self {
        Self {
            channel: Channel::new(transport),
            client,
            ended: false,
            notified: Notified::default(),
            habits: Habits::default(),
        }
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

    /// Waits for something that the meter sends unasked, for so long at most. Whether something came.
    ///
    /// # Errors
    /// The connection ended.
    pub fn wait_for_notification(&mut self, patience: Duration) -> Result<bool, Error> {
        self.settle()?;
        let until = self.channel.now() + patience;
        Ok(self.progress_until(Some(until))? != Progress::Nothing)
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
    pub(super) fn exchange(
        &mut self,
        mut request: impl FnMut(&mut Client<L, C, K, B>) -> Result<(), ClientError>,
    ) -> Result<(), Error> {
        self.exchange_blocks(
            |client| {
                client.set_stream_blocks(false);
                request(client)
            },
            |_| {},
        )
    }

    /// Makes a request and carries it out; the blocks of its answer go to `each`.
    pub(super) fn exchange_blocks(
        &mut self,
        request: impl FnMut(&mut Client<L, C, K, B>) -> Result<(), ClientError>,
        mut each: impl FnMut(&[u8]),
    ) -> Result<(), Error> {
        self.settle()?;
        self.ask(request)?;
        while self.progress()? == Progress::Block {
            each(self.client.block());
        }
        Ok(())
    }

    /// Makes a request; first reads which short names the meter's objects have, where that is what it lacks.
    pub(super) fn ask(
        &mut self,
        mut request: impl FnMut(&mut Client<L, C, K, B>) -> Result<(), ClientError>,
    ) -> Result<(), Error> {
        loop {
            match request(&mut self.client) {
                Err(ClientError::Misuse(Misuse::NoShortName)) if self.client.lacks_short_names() => {
                    self.client.read_short_names()?;
                    while self.progress()? == Progress::Block {}
                }
                made => return Ok(made?),
            }
        }
    }

    /// Awaits the end of what was asked and is not wanted any more.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        if self.ended {
            return Err(ClientError::Link(LinkError::Disconnected).into());
        }
        self.client.abandon();
        while self.client.is_busy() {
            match self.progress() {
                Err(error) if self.ended => return Err(error),
                Err(_) => return Ok(()),
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// Carries out the request that was made, to the next block of its answer or to its end.
    pub(super) fn progress(&mut self) -> Result<Progress, Error> {
        self.progress_until(None)
    }

    fn progress_until(&mut self, patience: Option<Instant>) -> Result<Progress, Error> {
        let progress = self.carry_out(patience);
        if matches!(progress, Err(Error::Io(_))) {
            self.ended = true;
            self.client.handle_closed();
        }
        progress
    }

    /// Carries out the request that was made, or, if none was, waits for a notification until `patience` ends.
    fn carry_out(&mut self, patience: Option<Instant>) -> Result<Progress, Error> {
        loop {
            let mut outcome = None;
            let mut heard = false;
            let until = loop {
                match self.client.poll_output(self.channel.now()) {
                    Output::Transmit(octets) => self.channel.send(octets).map_err(Error::Io)?,
                    Output::Event(Event::Block) => return Ok(Progress::Block),
                    Output::Event(Event::Notification) => {
                        heard = true;
                        self.notified.tell(self.client.notification());
                    }
                    Output::Event(Event::NotificationRefused(error)) => self.notified.tell(Err(error)),
                    Output::Event(event) => outcome = Some(event),
                    Output::Wait(until) => break until,
                }
            };
            match outcome {
                Some(Event::Failed(error)) => {
                    self.ended |= self.client.is_closed();
                    return Err(error.into());
                }
                Some(Event::Closed) => {
                    self.ended |= self.client.is_closed();
                    return Err(ClientError::Link(LinkError::Disconnected).into());
                }
                Some(event) => return Ok(Progress::End(event)),
                None if heard && patience.is_some() => return Ok(Progress::End(Event::Notification)),
                None => {}
            }
            let rest = self.channel.inbox.rest();
            if !rest.is_empty() {
                let taken = self.client.handle_input(rest, self.channel.now());
                self.channel.inbox.take(taken);
                continue;
            }
            let until = match (until, patience) {
                (_, Some(patience)) if self.channel.now() >= patience => return Ok(Progress::Nothing),
                (Some(until), Some(patience)) => Some(until.min(patience)),
                (until, patience) => until.or(patience),
            };
            match self.channel.receive(until).map_err(Error::Io)? {
                Received::Octets => {}
                Received::Nothing => {
                    let now = self.channel.now();
                    if until.is_some_and(|until| now >= until) {
                        self.client.handle_timeout(now);
                    }
                }
                Received::End => self.client.handle_closed(),
            }
        }
    }
}
