use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dlms::Output;
use dlms::listener::{Event, Listener, Senders};
use dlms_core::buffer::Buffer;
use dlms_core::link::Link;
use tokio::io::{AsyncRead, AsyncWrite};

use super::channel::{Channel, Received};
use crate::ServerConfig;

/// Listens on one connection until it ends, or was silent for `inactivity` milliseconds (0: for ever); `tell` is given
/// each event, and with a notification its plain APDU. What is known of the senders is never held over an await.
///
/// # Errors
/// The transport failed.
pub async fn listen<T: AsyncRead + AsyncWrite + Unpin, L: Link, B: Buffer, S: Senders>(
    transport: T,
    listener: &mut Listener<L, B>,
    senders: &Mutex<S>,
    inactivity: u64,
    mut tell: impl FnMut(Event, &[u8]),
) -> io::Result<()> {
    let mut channel = Channel::new(transport, ServerConfig::default().write_time_out());
    let mut heard = channel.now();
    loop {
        let until = loop {
            channel.flush().await?;
            match listener.poll_output(channel.now()) {
                Output::Transmit(octets) => channel.put(octets),
                Output::Event(event) => tell(event, listener.apdu()),
                Output::Wait(until) => break until,
            }
        };
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
        match channel.receive(until).await? {
            Received::Octets => {}
            Received::Nothing => {
                let now = channel.now();
                if end.is_some_and(|end| now >= end) {
                    return Ok(());
                }
                listener.handle_timeout(&mut *lock(senders), now);
            }
            Received::End => return Ok(()),
        }
    }
}

/// A panic of who was told does not end the others.
pub(super) fn lock<S>(senders: &Mutex<S>) -> MutexGuard<'_, S> {
    senders.lock().unwrap_or_else(PoisonError::into_inner)
}
