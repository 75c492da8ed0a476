use iec62056_21::{Opened, Opening, OpeningError, OpeningServer, Output};

use super::channel::{Channel, Received};
use super::{Line, Timer};
use crate::OpenError;

/// Opens a line as a client, by IEC 62056-21: what comes next, HDLC in mode E, has the line as the meter wants it.
/// Dropped before its end, the line is somewhere in between: a meter forgets that after a while. A line that ends counts
/// as one at which nobody answers.
///
/// # Errors
/// No meter answers, or not as it must; the line fails, or cannot be set as the meter wants it.
pub async fn open<T: Line>(
    line: &mut T,
    timer: impl Timer,
    opening: &mut Opening,
) -> Result<Opened, OpenError<T::Error>> {
    // Octet by octet: what comes behind the opening is not ours.
    let mut channel = Channel::new(line, timer, [0; 1]);
    loop {
        let until = loop {
            match opening.poll_output(channel.now()) {
                Output::Transmit(octets) => {
                    if !channel.send(octets).await.map_err(OpenError::Io)? {
                        return Err(OpeningError::NoAnswer.into());
                    }
                }
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
                let now = channel.now();
                let taken = opening.handle_input(channel.inbox.rest(), now);
                channel.inbox.take(taken);
            }
            Received::Nothing => opening.handle_timeout(channel.now()),
            Received::End => return Err(OpeningError::NoAnswer.into()),
        }
    }
}

/// Waits, as a meter at its port, until a client has opened the line. `timer` has to go on from one opening to the
/// next. When the client has gone, [`OpeningServer::close`] begins the next opening. Nothing if the line ends.
///
/// # Errors
/// The line failed, or cannot be set as was agreed.
pub async fn wait_for_opening<T: Line>(
    line: &mut T,
    timer: impl Timer,
    opening: &mut OpeningServer,
) -> Result<Option<Opened>, T::Error> {
    let mut channel = Channel::new(line, timer, [0; 1]);
    loop {
        let until = loop {
            match opening.poll_output(channel.now()) {
                Output::Transmit(octets) => {
                    if !channel.send(octets).await? {
                        return Ok(None);
                    }
                }
                Output::Line(settings) => channel.transport.set_line(settings).await?,
                Output::Ready(opened) => return Ok(Some(opened)),
                Output::Wait(until) => break until,
                // A meter waits for the next request, whatever became of the last.
                Output::Failed(_) => {}
            }
        };
        match channel.receive(until).await? {
            Received::Octets => {
                let now = channel.now();
                let taken = opening.handle_input(channel.inbox.rest(), now);
                channel.inbox.take(taken);
            }
            Received::Nothing => opening.handle_timeout(channel.now()),
            Received::End => return Ok(None),
        }
    }
}
