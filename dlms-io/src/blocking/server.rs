use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::panic::AssertUnwindSafe;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, ToSocketAddrs};
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};

use dlms::server::Event;
use dlms_core::link::Link;
use dlms_wrapper::Role;

use super::workers::Workers;
use super::{Transport, serve};
use crate::{ServerConfig, Shared};

/// How long to wait when the system is short of sockets or threads.
const SHORTAGE: Duration = Duration::from_millis(100);

/// A TCP server of logical devices: a thread for each connection, used again for the next.
#[derive(Debug)]
pub struct Server<V, F = fn() -> dlms_wrapper::Stream> {
    listener: TcpListener,
    devices: V,
    link: F,
    config: ServerConfig,
    gate: Arc<Gate>,
}

impl<V: Shared> Server<V> {
    /// A server of the wrapper that listens at `address`.
    ///
    /// # Errors
    /// The address cannot be had.
    pub fn bind(address: impl ToSocketAddrs, devices: V) -> io::Result<Self> {
        Self::new(TcpListener::bind(address)?, devices)
    }

    /// A server of the wrapper on `listener`.
    ///
    /// # Errors
    /// The listener has no address.
    pub fn new(listener: TcpListener, devices: V) -> io::Result<Self> {
        let gate = Arc::new(Gate::new(listener.local_addr()?));
        let link: fn() -> _ = || dlms_wrapper::Stream::new(Role::Server);
        Ok(Self { listener, devices, link, config: ServerConfig::default(), gate })
    }
}

impl<V: Shared, F> Server<V, F> {
    /// With these limits.
    #[must_use]
    pub fn with_config(self, config: ServerConfig) -> Self {
        Self { config, ..self }
    }

    /// With another link, made anew for each connection.
    #[must_use]
    pub fn with_link<L: Link, G: Fn() -> L>(self, link: G) -> Server<V, G> {
        let Self { listener, devices, config, gate, .. } = self;
        Server { listener, devices, link, config, gate }
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.gate.address
    }

    /// What ends it, from another thread.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(Arc::clone(&self.gate))
    }
}

impl<V: Shared + Sync, L: Link, F: Fn() -> L + Sync> Server<V, F> {
    /// Serves until it is stopped, then returns when all connections have ended; `audit` is told what happens on the
    /// connection with which client.
    pub fn run(self, audit: impl Fn(SocketAddr, Event) + Sync) {
        let workers = Workers::new(self.config.connections);
        thread::scope(|scope| self.work(scope, &workers, &audit));
    }

    /// Serves one connection after the other. While it serves, another thread waits for the next.
    fn work<'scope, 'env>(
        &'env self,
        scope: &'scope Scope<'scope, 'env>,
        workers: &'env Workers,
        audit: &'env (dyn Fn(SocketAddr, Event) + Sync),
    ) {
        loop {
            let accepted = workers.accept(|| (!self.gate.is_stopped()).then(|| self.listener.accept()));
            let (stream, client) = match accepted {
                None => return,
                Some(Ok(accepted)) => accepted,
                Some(Err(_)) => {
                    thread::sleep(SHORTAGE);
                    continue;
                }
            };
            let Some(place) = self.gate.enter(&stream) else { continue };
            if workers.leave() {
                let another = move || self.work(scope, workers, audit);
                if thread::Builder::new().spawn_scoped(scope, another).is_err() {
                    workers.dismiss();
                }
            }
            // A panic of an object's ends this connection, no other.
            let _ = catch_unwind(AssertUnwindSafe(|| self.serve(&stream, |event| audit(client, event))));
            drop(place);
            drop(stream);
            if !workers.come_back() {
                return;
            }
        }
    }

    fn serve(&self, stream: &TcpStream, audit: impl FnMut(Event)) -> io::Result<()> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(Duration::from_millis(self.config.write_time_out())))?;
        let mut connection = self.config.connection((self.link)());
        serve(Stoppable { stream, stopped: &self.gate.stopped }, &mut connection, &self.devices, audit)
    }
}

/// Ends a [`Server`].
#[derive(Debug, Clone)]
pub struct Stopper(Arc<Gate>);

impl Stopper {
    /// Ends the server: no connection is accepted any more, and those there are end after the message in work.
    pub fn stop(&self) {
        let places = self.0.places();
        self.0.stopped.store(true, Ordering::Release);
        for stream in places.taken.values() {
            let _ = stream.shutdown(Shutdown::Read);
        }
        drop(places);
        // What waits for a connection is given one.
        let _ = TcpStream::connect_timeout(&self.0.knock(), SHORTAGE);
    }
}

/// A connection that has ended when the server is stopped, whatever its client still sends.
struct Stoppable<'a> {
    stream: &'a TcpStream,
    stopped: &'a AtomicBool,
}

impl Read for Stoppable<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.stopped.load(Ordering::Acquire) { Ok(0) } else { self.stream.read(out) }
    }
}

impl Write for Stoppable<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.stream.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl Transport for Stoppable<'_> {
    fn set_read_time_out(&mut self, time_out: Option<Duration>) -> io::Result<()> {
        self.stream.set_read_timeout(time_out)
    }
}

/// The connections there are.
#[derive(Debug)]
struct Gate {
    address: SocketAddr,
    /// Set while the places are locked.
    stopped: AtomicBool,
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    taken: HashMap<u64, TcpStream>,
    next: u64,
}

impl Gate {
    fn new(address: SocketAddr) -> Self {
        Self { address, stopped: AtomicBool::new(false), places: Mutex::default() }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Lets a connection in.
    fn enter(self: &Arc<Self>, stream: &TcpStream) -> Option<Place> {
        let copy = stream.try_clone().ok()?;
        let mut places = self.places();
        if self.is_stopped() {
            return None;
        }
        let number = places.next;
        places.next = number.wrapping_add(1);
        places.taken.insert(number, copy);
        Some(Place { gate: Arc::clone(self), number })
    }

    /// Where to knock to be let in: no one can connect to an address that is not specified.
    fn knock(&self) -> SocketAddr {
        let mut address = self.address;
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        address
    }
}

/// The place of a connection, free again when it ends.
#[derive(Debug)]
struct Place {
    gate: Arc<Gate>,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gate.places().taken.remove(&self.number);
    }
}
