use std::io;

use dlms::Output;
use dlms::server::{Connection, Event};
use dlms_core::buffer::Buffer;
use dlms_hdlc::Secondary;
use iec62056_21::{OpeningServer, Output as Opening};

use super::Line;
use super::channel::Channel;
use super::opening::{Step, receive};
use super::serve::serve_channel;
use crate::disconnection::disconnection;
use crate::{Clock, Shared};

/// Serves the clients at a line that mode E of IEC 62056-21 opens to HDLC, one after the other, as at an optical head.
/// When a client has disconnected, or the connection from `connect` ends for want of messages, the line goes back to
/// 300 baud for the next opening. `audit` is told what happens.
///
/// # Errors
/// The line failed, or cannot be set as was agreed.
pub fn serve_mode_e<T: Line, F: Buffer, B: Buffer, const N: usize, const A: usize>(
    mut line: T,
    opening: &mut OpeningServer,
    mut connect: impl FnMut() -> Connection<Secondary<F, N>, B, A>,
    devices: &impl Shared,
    mut audit: impl FnMut(Event),
) -> io::Result<()> {
    // The opening goes by one clock throughout.
    let clock = Clock::start();
    loop {
        wait_for_opening(&mut line, opening, clock)?;
        let mut connection = connect();
        let mut channel = Channel::new(&mut line);
        let mut is_over = disconnection();
        let served = serve_channel(&mut channel, &mut connection, devices, &mut audit, &mut is_over);
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

fn wait_for_opening(line: &mut impl Line, opening: &mut OpeningServer, clock: Clock) -> io::Result<()> {
    // Octet by octet: what comes behind the opening is not ours.
    let mut channel = Channel::with_read_size(line, 1).with_clock(clock);
    loop {
        let until = loop {
            match opening.poll_output(channel.now()) {
                Opening::Transmit(octets) => channel.send(octets)?,
                Opening::Line(settings) => channel.transport.set_line(settings)?,
                Opening::Ready(_) => return Ok(()),
                Opening::Wait(until) => break until,
                // A meter waits for the next request, whatever became of the last.
                Opening::Failed(_) => {}
            }
        };
        match receive(&mut channel, until)? {
            Step::Octets => {
                let taken = opening.handle_input(channel.inbox.rest(), channel.now());
                channel.inbox.take(taken);
            }
            Step::Time => opening.handle_timeout(channel.now()),
            Step::Nothing => {}
        }
    }
}
