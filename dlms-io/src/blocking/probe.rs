use std::io::{self, ErrorKind};

use dlms_hdlc::{Probe, ProbeOutput, Station};

use super::Transport;
use super::channel::{Channel, Received};

/// Finds out at which address a meter at the other end of a transport listens; nothing, if nobody answers at any.
///
/// # Errors
/// The transport failed.
pub fn find_station(transport: &mut impl Transport, probe: &mut Probe<'_>) -> io::Result<Option<Station>> {
    let mut channel = Channel::new(transport);
    loop {
        let until = loop {
            match probe.poll_output(channel.now()) {
                ProbeOutput::Transmit(octets) => channel.send(octets)?,
                ProbeOutput::Found(station) => return Ok(Some(station)),
                ProbeOutput::Exhausted => return Ok(None),
                ProbeOutput::Wait(until) => break until,
            }
        };
        let rest = channel.inbox.rest();
        if !rest.is_empty() {
            let taken = probe.handle_input(rest);
            channel.inbox.take(taken);
            continue;
        }
        match channel.receive(Some(until))? {
            Received::Octets => {}
            Received::Nothing => probe.handle_timeout(channel.now()),
            Received::End => return Err(ErrorKind::UnexpectedEof.into()),
        }
    }
}
