use dlms::Output;
use dlms::server::{Push, PushEvent, Pusher};
use dlms_core::buffer::{Buffer, Growing};
use dlms_core::link::Link;
use dlms_wrapper::Role;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::ToSocketAddrs;

use super::Datagram;
use super::channel::{Channel, Received};
use super::connect::{dial, socket};
use crate::inbox::Inbox;
use crate::{PushFailure, ServerConfig, Shared};

/// Pushes once over `transport`, and awaits the confirmation if one is wanted. The devices are held while the
/// notification is put together, and while a confirmation is read; never over an await.
///
/// # Errors
/// It was not sent, or not confirmed.
pub async fn push<T: AsyncRead + AsyncWrite + Unpin, L: Link, B: Buffer>(
    transport: T,
    pusher: &mut Pusher<L, B>,
    devices: &impl Shared,
    push: &Push,
) -> Result<(), PushFailure> {
    let mut channel = Channel::new(transport, push.confirmation_time_out);
    channel.inbox = Inbox::new(vec![0; Datagram::READ_SIZE]);
    let now = channel.now();
    devices.with(|devices| pusher.push(devices, push, now)).ok_or(PushFailure::NoDevices)??;
    loop {
        let until = loop {
            channel.flush().await?;
            match pusher.poll_output(channel.now()) {
                Output::Transmit(octets) => channel.put(octets),
                Output::Event(PushEvent::Failed(error)) => return Err(error.into()),
                Output::Event(_) => return Ok(()),
                Output::Wait(until) => break until,
            }
        };
        let rest = channel.inbox.rest();
        if !rest.is_empty() {
            let now = channel.now();
            let taken = devices.with(|devices| pusher.handle_input(devices, rest, now));
            channel.inbox.take(taken.ok_or(PushFailure::NoDevices)?);
            continue;
        }
        match channel.receive(until).await? {
            Received::Octets => {}
            Received::Nothing => pusher.handle_timeout(channel.now()),
            Received::End => pusher.handle_closed(),
        }
    }
}

/// Connects to `destination` by TCP, pushes once, and ends the connection. The confirmation time-out of `what` is for
/// connecting too.
///
/// # Errors
/// As [`push`].
pub async fn push_tcp(
    destination: impl ToSocketAddrs,
    devices: &impl Shared,
    what: &Push,
) -> Result<(), PushFailure> {
    let stream = dial(destination, what.confirmation_time_out).await?;
    push(stream, &mut pusher(dlms_wrapper::Stream::new(Role::Server)), devices, what).await
}

/// Pushes once to `destination` by UDP.
///
/// # Errors
/// As [`push`].
pub async fn push_udp(
    destination: impl ToSocketAddrs,
    devices: &impl Shared,
    what: &Push,
) -> Result<(), PushFailure> {
    let transport = Datagram::new(socket(destination).await?);
    push(transport, &mut pusher(dlms_wrapper::Datagram::new(Role::Server)), devices, what).await
}

/// One whose buffers grow as far as those of a server.
fn pusher<L: Link>(link: L) -> Pusher<L, Growing> {
    let buffer = || Growing::new(ServerConfig::default().buffer);
    Pusher::new(link, buffer(), buffer())
}
