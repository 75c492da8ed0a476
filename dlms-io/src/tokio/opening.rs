use std::io::{self, ErrorKind};

use iec62056_21::{Opened, Opening, Output};

use super::Line;
use super::channel::{Channel, Received};
use crate::OpenError;
use crate::inbox::Inbox;

/// What a write may take: at 300 baud nothing of an opening takes as long.
const WRITE_TIME_OUT: u64 = 10_000;

/// Opens a line as a client, by IEC 62056-21: what comes next, HDLC in mode E, has the line as the meter wants it.
/// Dropped before its end, the line is somewhere in between: a meter forgets that after a while.
///
/// # Errors
/// No meter answers, or not as it must; the line fails, or cannot be set as the meter wants it.
pub async fn open(line: &mut impl Line, opening: &mut Opening) -> Result<Opened, OpenError<io::Error>> {
    let mut channel = octet_by_octet(line);
    loop {
        let until = loop {
            channel.flush().await.map_err(OpenError::Io)?;
            match opening.poll_output(channel.now()) {
                Output::Transmit(octets) => channel.put(octets),
                Output::Line(settings) => {
                    channel.transport.set_line(settings).await.map_err(OpenError::Io)?;
                }
                Output::Ready(opened) => return Ok(opened),
                Output::Failed(error) => return Err(error.into()),
                Output::Wait(until) => break until,
            }
        };
        match channel.receive(until).await.map_err(OpenError::Io)? {
            Received::Octets => {
                let taken = opening.handle_input(channel.inbox.rest(), channel.now());
                channel.inbox.take(taken);
            }
            Received::Nothing => opening.handle_timeout(channel.now()),
            Received::End => return Err(OpenError::Io(ErrorKind::UnexpectedEof.into())),
        }
    }
}

/// A channel that reads no further than the opening goes: what comes behind is not ours.
pub(super) fn octet_by_octet<T: Line>(line: T) -> Channel<T> {
    let mut channel = Channel::new(line, WRITE_TIME_OUT);
    channel.inbox = Inbox::new(vec![0; 1]);
    channel
}
