use core::net::SocketAddr;

use dlms::listener::Listener;
use dlms_core::buffer::Growing;
use dlms_wrapper::{Datagram, Role};

/// Who may send a message in blocks at a time; one more, and the one that sent nothing for longest is forgotten.
const SOURCES: usize = 32;

/// Listeners to the datagrams of a socket, one for each source that sends a message in blocks: those of different
/// meters are not mixed.
pub(crate) struct Sources {
    /// The one that was heard last is the last.
    listeners: Vec<(SocketAddr, Listener<Datagram, Growing>)>,
    buffer: usize,
}

impl Sources {
    /// Nobody was heard yet; buffers grow to so many octets at most.
    pub(crate) const fn new(buffer: usize) -> Self {
        Self { listeners: Vec::new(), buffer }
    }

    /// The listener to what comes from there.
    pub(crate) fn listener(&mut self, from: SocketAddr) -> &mut Listener<Datagram, Growing> {
        self.listeners.retain(|(source, listener)| *source == from || listener.is_gathering());
        let known = self.listeners.iter().position(|(source, _)| *source == from);
        let listener = match known {
            Some(index) => self.listeners.remove(index).1,
            None => {
                if self.listeners.len() >= SOURCES {
                    self.listeners.remove(0);
                }
                let buffer = || Growing::new(self.buffer);
                Listener::new(Datagram::new(Role::Client), buffer(), buffer())
            }
        };
        self.listeners.push((from, listener));
        let last = self.listeners.len().saturating_sub(1);
        #[allow(clippy::indexing_slicing, reason = "it was just put there")]
        &mut self.listeners[last].1
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_sources_with_a_message_under_way_are_kept_and_not_too_many() {
        let mut sources = Sources::new(1000);
        let address = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        for port in 1..=100 {
            assert!(!sources.listener(address(port)).is_gathering());
            assert_eq!(sources.listeners.len(), 1);
        }
        let crypto = dlms_security::SoftwareProvider::<getrandom::SysRng>::new(getrandom::SysRng);
        let counters = dlms_security::InvocationCounters::new(dlms_security::RamCounters::<2>::new());
        let title = dlms_security::SystemTitle(*b"HES00001");
        let mut keys = dlms::listener::OneKeySet::<_, _, 2>::new(crypto, counters, title);
        let block = [0, 1, 0, 1, 0, 103, 0, 8, 0xe0, 0x40, 0, 1, 0, 0, 1, 0x0f];
        for port in 1..=100 {
            let now = dlms_core::time::Instant(0);
            sources.listener(address(port)).handle_input(&mut keys, &block, now);
            assert!(sources.listener(address(port)).is_gathering());
        }
        assert_eq!(sources.listeners.len(), SOURCES);
    }
}
