use std::io::{self, ErrorKind};

use dlms_core::time::Instant;
use iec62056_21::{Opened, Opening, Output};

use super::Line;
use super::channel::{Channel, Received};
use crate::OpenError;

/// Opens a line as a client, by IEC 62056-21: what comes next, HDLC in mode E, has the line as the meter wants it.
///
/// # Errors
/// No meter answers, or not as it must; the line fails, or cannot be set as the meter wants it.
pub fn open(line: &mut impl Line, opening: &mut Opening) -> Result<Opened, OpenError<io::Error>> {
    // Octet by octet: what comes behind the opening is not ours.
    let mut channel = Channel::with_read_size(line, 1);
    loop {
        let until = loop {
            match opening.poll_output(channel.now()) {
                Output::Transmit(octets) => channel.send(octets).map_err(OpenError::Io)?,
                Output::Line(settings) => channel.transport.set_line(settings).map_err(OpenError::Io)?,
                Output::Ready(opened) => return Ok(opened),
                Output::Failed(error) => return Err(error.into()),
                Output::Wait(until) => break until,
            }
        };
        match receive(&mut channel, until).map_err(OpenError::Io)? {
            Step::Octets => {
                let taken = opening.handle_input(channel.inbox.rest(), channel.now());
                channel.inbox.take(taken);
            }
            Step::Time => opening.handle_timeout(channel.now()),
            Step::Nothing => {}
        }
    }
}

/// What a machine on a line is told next.
pub(super) enum Step {
    /// Of the octets in the inbox.
    Octets,
    /// That it is time.
    Time,
    /// Nothing yet.
    Nothing,
}

/// Waits for octets or the time.
pub(super) fn receive<T: Line>(channel: &mut Channel<T>, until: Option<Instant>) -> io::Result<Step> {
    match channel.receive(until)? {
        Received::Octets => Ok(Step::Octets),
        Received::Nothing if until.is_some_and(|until| channel.now() >= until) => Ok(Step::Time),
        Received::Nothing => Ok(Step::Nothing),
        Received::End => Err(ErrorKind::UnexpectedEof.into()),
    }
}
