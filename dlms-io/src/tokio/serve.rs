use core::future::{Future, pending};
use core::pin::pin;
use std::io;

use dlms::Output;
use dlms::server::{Connection, Event};
use dlms_core::buffer::Buffer;
use dlms_core::link::Link;
use tokio::io::{AsyncRead, AsyncWrite};

use super::channel::{Channel, Received};
use crate::either::{Either, either};
use crate::{ServerConfig, Shared};

/// Serves the clients of one connection until it ends; `audit` is told what happens. The devices are held for no
/// longer than it takes to serve a message, and never over an await.
///
/// # Errors
/// The transport failed. Its associations ended all the same.
pub async fn serve<T: AsyncRead + AsyncWrite + Unpin, L: Link, B: Buffer, const A: usize>(
    transport: T,
    connection: &mut Connection<L, B, A>,
    devices: &impl Shared,
    audit: impl FnMut(Event),
) -> io::Result<()> {
    let channel = Channel::new(transport, ServerConfig::default().write_time_out());
    serve_until(channel, connection, devices, audit, pending()).await
}

/// As [`serve`], until `stop`; a message in work is answered.
pub(super) async fn serve_until<T: AsyncRead + AsyncWrite + Unpin, L: Link, B: Buffer, const A: usize>(
    mut channel: Channel<T>,
    connection: &mut Connection<L, B, A>,
    devices: &impl Shared,
    mut audit: impl FnMut(Event),
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let served = serve_channel(&mut channel, connection, devices, &mut audit, stop, &mut |_| false).await;
    if !connection.is_closed() {
        devices.with(|devices| connection.handle_closed(devices));
    }
    while let Output::Event(event) = connection.poll_output(channel.now()) {
        audit(event);
    }
    served
}

/// Serves until the connection ends or `stop`, or `is_over` says so when there is nothing to do.
pub(super) async fn serve_channel<T: AsyncRead + AsyncWrite + Unpin, L: Link, B: Buffer, const A: usize>(
    channel: &mut Channel<T>,
    connection: &mut Connection<L, B, A>,
    devices: &impl Shared,
    mut audit: impl FnMut(Event),
    stop: impl Future<Output = ()>,
    is_over: &mut (dyn FnMut(&L) -> bool + Send),
) -> io::Result<()> {
    let mut stop = pin!(stop);
    loop {
        let until = loop {
            channel.flush().await?;
            match connection.poll_output(channel.now()) {
                Output::Transmit(octets) => channel.put(octets),
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
        match either(stop.as_mut(), channel.receive(until)).await {
            Either::First(()) => return Ok(()),
            Either::Second(received) => match received? {
                Received::Octets => {}
                Received::Nothing => {
                    let now = channel.now();
                    devices.with(|devices| connection.handle_timeout(devices, now));
                }
                Received::End => return Ok(()),
            },
        }
    }
}
