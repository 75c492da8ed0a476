use core::future::pending;
use std::io::{self, ErrorKind};

use dlms::Output;
use dlms::server::{Connection, Event};
use dlms_core::buffer::Buffer;
use dlms_hdlc::Secondary;
use iec62056_21::{OpeningServer, Output as Opening};

use super::Line;
use super::channel::{Channel, Received};
use super::opening::octet_by_octet;
use super::serve::serve_channel;
use crate::disconnection::disconnection;
use crate::{ServerConfig, Shared};

/// Serves the clients at a line that mode E of IEC 62056-21 opens to HDLC, one after the other, as at an optical head.
/// When a client has disconnected, or the connection from `connect` ends for want of messages, the line goes back to
/// 300 baud for the next opening. `audit` is told what happens.
///
/// # Errors
/// The line failed, or cannot be set as was agreed.
pub async fn serve_mode_e<T: Line, F: Buffer, B: Buffer, const N: usize, const A: usize>(
    mut line: T,
    opening: &mut OpeningServer,
    mut connect: impl FnMut() -> Connection<Secondary<F, N>, B, A>,
    devices: &impl Shared,
    mut audit: impl FnMut(Event),
) -> io::Result<()> {
    // The opening goes by one clock throughout.
    let epoch = tokio::time::Instant::now();
    loop {
        wait_for_opening(&mut line, opening, epoch).await?;
        let mut connection = connect();
        let mut channel = Channel::new(&mut line, ServerConfig::default().write_time_out());
        let mut is_over = disconnection();
        let stop = pending();
        let served =
            serve_channel(&mut channel, &mut connection, devices, &mut audit, stop, &mut is_over).await;
        if !connection.is_closed() {
            devices.with(|devices| connection.handle_closed(devices));
        }
        while let Output::Event(event) = connection.poll_output(channel.now()) {
            audit(event);
        }
        served?;
        opening.close();
    }
}

async fn wait_for_opening(
    line: &mut impl Line,
    opening: &mut OpeningServer,
    epoch: tokio::time::Instant,
) -> io::Result<()> {
    let mut channel = octet_by_octet(line).with_epoch(epoch);
    loop {
        let until = loop {
            channel.flush().await?;
            match opening.poll_output(channel.now()) {
                Opening::Transmit(octets) => channel.put(octets),
                Opening::Line(settings) => channel.transport.set_line(settings).await?,
                Opening::Ready(_) => return Ok(()),
                Opening::Wait(until) => break until,
                // A meter waits for the next request, whatever became of the last.
                Opening::Failed(_) => {}
            }
        };
        match channel.receive(until).await? {
            Received::Octets => {
                let taken = opening.handle_input(channel.inbox.rest(), channel.now());
                channel.inbox.take(taken);
            }
            Received::Nothing => opening.handle_timeout(channel.now()),
            Received::End => return Err(ErrorKind::UnexpectedEof.into()),
        }
    }
}
