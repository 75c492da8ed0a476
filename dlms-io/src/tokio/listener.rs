use core::net::SocketAddr;
use core::time::Duration;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex};

use dlms::Output;
use dlms::listener::{self, Senders};
use dlms_core::buffer::Growing;
use dlms_core::time::Instant;
use dlms_wrapper::Role;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use tokio::task::JoinSet;

use super::listen::{listen, lock};

use crate::sources::Sources;
use crate::{Heard, ServerConfig};

/// How long to wait when the system is short of sockets.
const SHORTAGE: Duration = Duration::from_millis(100);

/// Takes what meters push by the wrapper, on TCP or on UDP.
#[derive(Debug)]
pub struct Listener<S> {
    socket: Socket,
    senders: Arc<Mutex<S>>,
    config: ServerConfig,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    Udp(UdpSocket),
}

impl<S: Senders + Send + 'static> Listener<S> {
    /// One for the connections that meters make at `address`.
    ///
    /// # Errors
    /// The address cannot be had.
    pub async fn bind_tcp(address: impl ToSocketAddrs, senders: S) -> io::Result<Self> {
        Ok(Self::on(Socket::Tcp(TcpListener::bind(address).await?), senders))
    }

    /// One for the datagrams that meters send to `address`.
    ///
    /// # Errors
    /// The address cannot be had.
    pub async fn bind_udp(address: impl ToSocketAddrs, senders: S) -> io::Result<Self> {
        Ok(Self::on(Socket::Udp(UdpSocket::bind(address).await?), senders))
    }

    fn on(socket: Socket, senders: S) -> Self {
        Self { socket, senders: Arc::new(Mutex::new(senders)), config: ServerConfig::default() }
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

    /// Listens for ever; `tell` is told what was heard. When this future is dropped, all connections end.
    ///
    /// # Errors
    /// The socket failed for good.
    pub async fn run(self, tell: impl Fn(Heard<'_>) + Send + Sync + 'static) -> io::Result<()> {
        let Self { socket, senders, config } = self;
        match socket {
            Socket::Tcp(listener) => accept(&listener, &senders, config, &Arc::new(tell)).await,
            Socket::Udp(socket) => receive(&socket, &senders, config, &tell).await,
        }
    }
}

async fn accept<S: Senders + Send + 'static, F: Fn(Heard<'_>) + Send + Sync + 'static>(
    listener: &TcpListener,
    senders: &Arc<Mutex<S>>,
    config: ServerConfig,
    tell: &Arc<F>,
) -> io::Result<()> {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        if connections.len() >= config.connections.max(1) {
            connections.join_next().await;
            continue;
        }
        let Ok((stream, from)) = listener.accept().await else {
            tokio::time::sleep(SHORTAGE).await;
            continue;
        };
        let (senders, tell) = (Arc::clone(senders), Arc::clone(tell));
        connections.spawn(async move {
            // What goes wrong on one connection is over with it.
            let _ = connection(stream, from, &senders, config, &*tell).await;
        });
    }
}

async fn connection<S: Senders>(
    stream: TcpStream,
    from: SocketAddr,
    senders: &Mutex<S>,
    config: ServerConfig,
    tell: &impl Fn(Heard<'_>),
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let buffer = || Growing::new(config.buffer);
    let mut listener = listener::Listener::new(dlms_wrapper::Stream::new(Role::Client), buffer(), buffer());
    let tell = |event, apdu: &[u8]| tell(Heard { from, event, apdu });
    listen(stream, &mut listener, senders, config.inactivity_time_out, tell).await
}

async fn receive<S: Senders>(
    socket: &UdpSocket,
    senders: &Mutex<S>,
    config: ServerConfig,
    tell: &impl Fn(Heard<'_>),
) -> io::Result<()> {
    let mut sources = Sources::new(config.buffer);
    let mut datagram = vec![0; 0xffff];
    let mut confirmation = Vec::new();
    // A link of datagrams has no timers.
    let now = Instant::default();
    loop {
        let (octets, from) = match socket.recv_from(&mut datagram).await {
            Ok(received) => received,
            // They are what became of a confirmation.
            Err(error)
                if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused) =>
            {
                continue;
            }
            Err(error) => return Err(error),
        };
        let octets = datagram.get(..octets).unwrap_or_default();
        let listener = sources.listener(from);
        listener.handle_input(&mut *lock(senders), octets, now);
        loop {
            match listener.poll_output(now) {
                Output::Transmit(octets) => {
                    confirmation.clear();
                    confirmation.extend_from_slice(octets);
                }
                Output::Event(event) => tell(Heard { from, event, apdu: listener.apdu() }),
                // Several messages in one datagram.
                Output::Wait(Some(until)) if until <= now => {
                    listener.handle_timeout(&mut *lock(senders), now)
                }
                Output::Wait(_) => break,
            }
        }
        if !confirmation.is_empty() {
            // Who is gone hears no confirmation.
            let _ = socket.send_to(&confirmation, from).await;
            confirmation.clear();
        }
    }
}
