use dlms::Output;
use dlms::server::{Connection, Event};
use dlms_core::buffer::Buffer;
use dlms_core::link::Link;
use embedded_io_async::{Read, Write};

use super::Timer;
use super::channel::{Channel, Received};
use crate::Shared;

/// Serves the clients of one connection until it ends; `audit` is told what happens. `room` takes what one read gives.
/// The devices are held for no longer than it takes to serve a message, and never over an await.
///
/// The transport's `read` has to be free of side effects when its future is dropped. There is no time-out for sending;
/// it is the transport's to have one.
///
/// # Errors
/// The transport failed. Its associations ended all the same.
pub async fn serve<T: Read + Write, M: Timer, L: Link, B: Buffer, const A: usize>(
    transport: T,
    timer: M,
    room: &mut [u8],
    connection: &mut Connection<L, B, A>,
    devices: &impl Shared,
    mut audit: impl FnMut(Event),
) -> Result<(), T::Error> {
    let mut channel = Channel::new(transport, timer, room);
    let served = serve_channel(&mut channel, connection, devices, &mut audit).await;
    if !connection.is_closed() {
        devices.with(|devices| connection.handle_closed(devices));
    }
    while let Output::Event(event) = connection.poll_output(channel.now()) {
        audit(event);
    }
    served
}

async fn serve_channel<T: Read + Write, M: Timer, L: Link, B: Buffer, const A: usize>(
    channel: &mut Channel<T, M, &mut [u8]>,
    connection: &mut Connection<L, B, A>,
    devices: &impl Shared,
    mut audit: impl FnMut(Event),
) -> Result<(), T::Error> {
    loop {
        let until = loop {
            match connection.poll_output(channel.now()) {
                Output::Transmit(octets) => {
                    if !channel.send(octets).await? {
                        return Ok(());
                    }
                }
                Output::Event(event) => audit(event),
                Output::Wait(until) => break until,
            }
        };
        if connection.is_closed() {
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
        match channel.receive(until).await? {
            Received::Octets => {}
            Received::Nothing => {
                let now = channel.now();
                devices.with(|devices| connection.handle_timeout(devices, now));
            }
            Received::End => return Ok(()),
        }
    }
}
