use std::io;

use dlms::Output;
use dlms::server::{Connection, Event};
use dlms_core::buffer::Buffer;
use dlms_core::link::Link;

use super::Transport;
use super::channel::{Channel, Received};
use crate::Shared;

/// Serves the clients of one connection until it ends; `audit` is told what happens. The devices are held for no
/// longer than it takes to serve a message.
///
/// # Errors
/// The transport failed. Its associations ended all the same.
pub fn serve<T: Transport, L: Link, B: Buffer, const A: usize>(
    transport: T,
    connection: &mut Connection<L, B, A>,
    devices: &impl Shared,
    mut audit: impl FnMut(Event),
) -> io::Result<()> {
    let mut channel = Channel::new(transport);
    let served = serve_channel(&mut channel, connection, devices, &mut audit, &mut |_| false);
    if !connection.is_closed() {
        devices.with(|devices| connection.handle_closed(devices));
    }
    while let Output::Event(event) = connection.poll_output(channel.now()) {
        audit(event);
    }
    served
}

/// Serves until the connection ends, or `is_over` says so when there is nothing to do.
pub(super) fn serve_channel<T: Transport, L: Link, B: Buffer, const A: usize>(
    channel: &mut Channel<T>,
    connection: &mut Connection<L, B, A>,
    devices: &impl Shared,
    audit: &mut dyn FnMut(Event),
    is_over: &mut dyn FnMut(&L) -> bool,
) -> io::Result<()> {
    loop {
        let until = loop {
            match connection.poll_output(channel.now()) {
                Output::Transmit(octets) => channel.send(octets)?,
                Output::Event(event) => audit(event),
                Output::Wait(until) => break until,
            }
        };
        if connection.is_closed() || is_over(connection.link()) {
            return Ok(());
        }
        let now = channel.now();
        let rest = channel.inbox.rest();
        if !rest.is_empty() {
            let taken = devices.with(|devices| connection.handle_input(devices, rest, now));
            let Some(taken) = taken else { return Ok(()) };
            channel.inbox.take(taken);
            continue;
        }
        // Due already: the blocks of a burst go one after the other.
        if until.is_some_and(|until| now >= until) {
            devices.with(|devices| connection.handle_timeout(devices, now));
            continue;
        }
        match channel.receive(until)? {
            Received::Octets => {}
            Received::Nothing => {
                let now = channel.now();
                if until.is_some_and(|until| now >= until) {
                    devices.with(|devices| connection.handle_timeout(devices, now));
                }
            }
            Received::End => return Ok(()),
        }
    }
}
