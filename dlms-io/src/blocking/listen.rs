use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dlms::Output;
use dlms::listener::{Event, Listener, Senders};
use dlms_core::buffer::Buffer;
use dlms_core::link::Link;

use super::Transport;
use super::channel::{Channel, Received};

/// Listens on one connection until it ends, or was silent for `inactivity` milliseconds (0: for ever); `tell` is given
/// each event, and with a notification its plain APDU. What is known of the senders is held for no longer than it
/// takes to read one message.
///
/// # Errors
/// The transport failed.
pub fn listen<T: Transport, L: Link, B: Buffer, S: Senders>(
    transport: T,
    listener: &mut Listener<L, B>,
    senders: &Mutex<S>,
    inactivity: u64,
    mut tell: impl FnMut(Event, &[u8]),
) -> io::Result<()> {
    let mut channel = Channel::new(transport);
    let mut heard = channel.now();
    loop {
        let until = drain(&mut channel, listener, &mut tell)?;
        if listener.is_closed() {
            return Ok(());
        }
        let rest = channel.inbox.rest();
        if !rest.is_empty() {
            heard = channel.now();
            let taken = listener.handle_input(&mut *lock(senders), rest, heard);
            channel.inbox.take(taken);
            continue;
        }
        let end = (inactivity > 0).then(|| heard.plus(inactivity));
        let until = match (until, end) {
            (Some(until), Some(end)) => Some(until.min(end)),
            (until, end) => until.or(end),
        };
        match channel.receive(until)? {
            Received::Octets => {}
            Received::Nothing => {
                let now = channel.now();
                if end.is_some_and(|end| now >= end) {
                    return Ok(());
                }
                if until.is_some_and(|until| now >= until) {
                    listener.handle_timeout(&mut *lock(senders), now);
                }
            }
            Received::End => return Ok(()),
        }
    }
}

/// Carries out what the listener wants, until it waits.
fn drain<T: Transport, L: Link, B: Buffer>(
    channel: &mut Channel<T>,
    listener: &mut Listener<L, B>,
    tell: &mut dyn FnMut(Event, &[u8]),
) -> io::Result<Option<dlms_core::time::Instant>> {
    loop {
        match listener.poll_output(channel.now()) {
            Output::Transmit(octets) => channel.send(octets)?,
            Output::Event(event) => tell(event, listener.apdu()),
            Output::Wait(until) => return Ok(until),
        }
    }
}

/// A panic of who was told does not end the others.
pub(super) fn lock<S>(senders: &Mutex<S>) -> MutexGuard<'_, S> {
    senders.lock().unwrap_or_else(PoisonError::into_inner)
}
