use std::net::ToSocketAddrs;

use dlms::Output;
use dlms::server::{Push, PushEvent, Pusher};
use dlms_core::buffer::{Buffer, Growing};
use dlms_core::link::Link;
use dlms_wrapper::Role;

use super::channel::{Channel, Received};
use super::connect::{dial, socket};
use super::{Datagram, Transport};
use crate::{PushFailure, ServerConfig, Shared};

/// Pushes once over `transport`, and waits for the confirmation if one is wanted. The devices are held while the
/// notification is put together, and while a confirmation is read.
///
/// # Errors
/// It was not sent, or not confirmed.
pub fn push<T: Transport, L: Link, B: Buffer>(
    transport: T,
    pusher: &mut Pusher<L, B>,
    devices: &impl Shared,
    push: &Push,
) -> Result<(), PushFailure> {
    let mut channel = Channel::new(transport);
    let now = channel.now();
    devices.with(|devices| pusher.push(devices, push, now)).ok_or(PushFailure::NoDevices)??;
    loop {
        let until = loop {
            match pusher.poll_output(channel.now()) {
                Output::Transmit(octets) => channel.send(octets)?,
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
        match channel.receive(until)? {
            Received::Octets => {}
            Received::Nothing => {
                let now = channel.now();
                if until.is_some_and(|until| now >= until) {
                    pusher.handle_timeout(now);
                }
            }
            Received::End => pusher.handle_closed(),
        }
    }
}

/// Connects to `destination` by TCP, pushes once, and ends the connection. The confirmation time-out of `what` is for
/// connecting too.
///
/// # Errors
/// As [`push`].
pub fn push_tcp(
    destination: impl ToSocketAddrs,
    devices: &impl Shared,
    what: &Push,
) -> Result<(), PushFailure> {
    let stream = dial(destination, what.confirmation_time_out)?;
    push(stream, &mut pusher(dlms_wrapper::Stream::new(Role::Server)), devices, what)
}

/// Pushes once to `destination` by UDP.
///
/// # Errors
/// As [`push`].
pub fn push_udp(
    destination: impl ToSocketAddrs,
    devices: &impl Shared,
    what: &Push,
) -> Result<(), PushFailure> {
    let transport = Datagram::new(socket(destination)?);
    push(transport, &mut pusher(dlms_wrapper::Datagram::new(Role::Server)), devices, what)
}

/// One whose buffers grow as far as those of a server.
fn pusher<L: Link>(link: L) -> Pusher<L, Growing> {
    let buffer = || Growing::new(ServerConfig::default().buffer);
    Pusher::new(link, buffer(), buffer())
}
