use core::time::Duration;
use std::io::{self, ErrorKind};

use dlms::Output;
use dlms::listener::{AnyLink, Carrier, Event, Listener};
use dlms_io::Clock;
use dlms_io::blocking::Transport;
use dlms_mbus::wired::Leniency;

use super::known_senders::KnownSenders;
use crate::telegram::{Lenience, Link};

/// How often it is looked whether anything is over.
const TICK: Duration = Duration::from_millis(100);

/// Takes what comes on a line, whatever carries it, until it ends or `tell` says that it is enough.
///
/// # Errors
/// The line failed.
pub(super) fn listen(
    mut port: impl Transport,
    senders: &mut KnownSenders,
    lenience: &Lenience,
    tell: &mut dyn FnMut(Link, &Event, &[u8]) -> bool,
) -> io::Result<()> {
    let link = AnyLink::new(Vec::new()).with_leniency(Leniency { wrapped_length: lenience.wrapped_length() });
    let mut listener = Listener::new(link, Vec::new(), Vec::new()).with_leniencies(lenience.of_messages());
    let (clock, mut octets) = (Clock::start(), vec![0; port.read_size()]);
    port.set_read_time_out(Some(TICK))?;
    loop {
        let read = match port.read(&mut octets) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if is_time_out(&error) => 0,
            Err(error) => return Err(error),
        };
        let mut rest = octets.get(..read).unwrap_or_default();
        loop {
            let now = clock.now();
            let until = loop {
                match listener.poll_output(now) {
                    Output::Event(event) => {
                        if !tell(carried_by(listener.link().carrier()), &event, listener.apdu()) {
                            return Ok(());
                        }
                    }
                    Output::Transmit(confirmation) => port.write_all(confirmation)?,
                    Output::Wait(until) => break until,
                }
            };
            if !rest.is_empty() {
                let taken = listener.handle_input(senders, rest, now);
                rest = rest.get(taken..).unwrap_or_default();
            } else if until.is_some_and(|until| now >= until) {
                listener.handle_timeout(senders, now);
            } else {
                break;
            }
            if listener.is_closed() {
                return Ok(());
            }
        }
    }
}

fn is_time_out(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

const fn carried_by(carrier: Option<Carrier>) -> Link {
    match carrier {
        Some(Carrier::Hdlc) => Link::Hdlc,
        Some(Carrier::Wrapper) => Link::Wrapper,
        Some(Carrier::MBus) => Link::Mbus,
        Some(Carrier::WirelessMBus) => Link::Wmbus,
        Some(Carrier::P1) => Link::P1,
        Some(Carrier::Bare) | None => Link::Apdu,
    }
}
