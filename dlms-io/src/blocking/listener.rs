use core::net::SocketAddr;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::io::{self, ErrorKind};
use std::net::{TcpListener, ToSocketAddrs, UdpSocket};
use std::sync::Mutex;
use std::thread;

use dlms::Output;
use dlms::listener::{self, Senders};
use dlms_core::buffer::Growing;
use dlms_core::limits;
use dlms_wrapper::Role;

use super::listen::{listen, lock};
use crate::sources::Sources;
use crate::{Clock, Heard, ServerConfig};

/// How often it is looked whether to end, and how long to wait when the system is short of sockets.
const TICK: Duration = Duration::from_millis(50);

/// Takes what meters push by the wrapper, on TCP or on UDP.
#[derive(Debug)]
pub struct Listener<S> {
    socket: Socket,
    senders: Mutex<S>,
    config: ServerConfig,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    Udp(UdpSocket),
}

impl<S: Senders + Send> Listener<S> {
    /// One for the connections that meters make at `address`.
    ///
    /// # Errors
    /// The address cannot be had.
    pub fn bind_tcp(address: impl ToSocketAddrs, senders: S) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(Self::on(Socket::Tcp(listener), senders))
    }

    /// One for the datagrams that meters send to `address`.
    ///
    /// # Errors
    /// The address cannot be had.
    pub fn bind_udp(address: impl ToSocketAddrs, senders: S) -> io::Result<Self> {
        let socket = UdpSocket::bind(address)?;
        socket.set_read_timeout(Some(TICK))?;
        Ok(Self::on(Socket::Udp(socket), senders))
    }

    fn on(socket: Socket, senders: S) -> Self {
        let config =
            ServerConfig { inactivity_time_out: limits::INACTIVITY_TIME_OUT_TCP, ..ServerConfig::default() };
        Self { socket, senders: Mutex::new(senders), config }
    }

    /// With these limits.
    #[must_use]
    pub fn with_config(self, config: ServerConfig) -> Self {
        Self { config, ..self }
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        match &self.socket {
            Socket::Tcp(listener) => listener.local_addr(),
            Socket::Udp(socket) => socket.local_addr(),
        }
    }

    /// Listens until `is_over` says so, and all connections have ended; `tell` is told what was heard, by several
    /// threads at a time where there are several connections.
    ///
    /// # Errors
    /// The socket failed for good.
    pub fn run(&self, tell: impl Fn(Heard<'_>) + Sync, is_over: impl Fn() -> bool + Sync) -> io::Result<()> {
        match &self.socket {
            Socket::Tcp(listener) => {
                self.accept(listener, &tell, &is_over);
                Ok(())
            }
            Socket::Udp(socket) => self.receive(socket, &tell, &is_over),
        }
    }

    fn accept(
        &self,
        listener: &TcpListener,
        tell: &(impl Fn(Heard<'_>) + Sync),
        is_over: &(impl Fn() -> bool + Sync),
    ) {
        let connections = AtomicUsize::new(0);
        thread::scope(|scope| {
            while !is_over() {
                if connections.load(Ordering::Relaxed) >= self.config.connections.max(1) {
                    thread::sleep(TICK);
                    continue;
                }
                let Ok((stream, from)) = listener.accept() else {
                    thread::sleep(TICK);
                    continue;
                };
                let connections = &connections;
                let serve = move || {
                    // What goes wrong on one connection is over with it.
                    let _ = self.connection(&stream, from, tell, is_over);
                    connections.fetch_sub(1, Ordering::Relaxed);
                };
                connections.fetch_add(1, Ordering::Relaxed);
                if thread::Builder::new().spawn_scoped(scope, serve).is_err() {
                    connections.fetch_sub(1, Ordering::Relaxed);
                }
            }
        });
    }

    fn connection(
        &self,
        stream: &std::net::TcpStream,
        from: SocketAddr,
        tell: &impl Fn(Heard<'_>),
        is_over: &impl Fn() -> bool,
    ) -> io::Result<()> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(Duration::from_millis(self.config.write_time_out())))?;
        let link = dlms_wrapper::Stream::new(Role::Client);
        let buffer = || Growing::new(self.config.buffer);
        let mut listener = listener::Listener::new(link, buffer(), buffer());
        let transport = super::Ending { stream, is_over };
        listen(transport, &mut listener, &self.senders, self.config.inactivity_time_out, |event, apdu| {
            tell(Heard { from, event, apdu });
        })
    }

    fn receive(
        &self,
        socket: &UdpSocket,
        tell: &impl Fn(Heard<'_>),
        is_over: &impl Fn() -> bool,
    ) -> io::Result<()> {
        let clock = Clock::start();
        let mut sources = Sources::new(self.config.buffer);
        let mut datagram = vec![0; 0xffff];
        while !is_over() {
            let (octets, from) = match socket.recv_from(&mut datagram) {
                Ok(received) => received,
                Err(error) => match error.kind() {
                    // The last of these is what became of a confirmation.
                    ErrorKind::WouldBlock
                    | ErrorKind::TimedOut
                    | ErrorKind::Interrupted
                    | ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionRefused => continue,
                    _ => return Err(error),
                },
            };
            let octets = datagram.get(..octets).unwrap_or_default();
            let listener = sources.listener(from);
            listener.handle_input(&mut *lock(&self.senders), octets, clock.now());
            loop {
                match listener.poll_output(clock.now()) {
                    // Who is gone hears no confirmation.
                    Output::Transmit(octets) => drop(socket.send_to(octets, from)),
                    Output::Event(event) => tell(Heard { from, event, apdu: listener.apdu() }),
                    // Several messages in one datagram.
                    Output::Wait(Some(until)) if until <= clock.now() => {
                        listener.handle_timeout(&mut *lock(&self.senders), clock.now());
                    }
                    Output::Wait(_) => break,
                }
            }
        }
        Ok(())
    }
}
