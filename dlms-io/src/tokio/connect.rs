use core::net::SocketAddr;
use core::time::Duration;
use std::io::{self, ErrorKind};

use dlms::client::ClientConfig;
use dlms_core::crypto::CryptoProvider;
use dlms_hdlc::{Primary, PrimarySettings};
use dlms_security::{CounterStore, InvocationCounters};
use dlms_wrapper::Role;
use tokio::net::{TcpStream, ToSocketAddrs, UdpSocket, lookup_host};
use tokio::time::timeout;

use super::{Datagram, Meter};
use crate::growing;
use crate::hdlc_client::hdlc_client;

/// A meter reached by TCP, its buffers growing with the values.
pub type TcpMeter<C, K> = Meter<TcpStream, dlms_wrapper::Stream, C, K>;
/// A meter reached by UDP.
pub type UdpMeter<C, K> = Meter<Datagram, dlms_wrapper::Datagram, C, K>;
/// A meter reached by HDLC, over whatever transport.
pub type HdlcMeter<T, C, K> = Meter<T, Primary<Vec<u8>>, C, K>;

/// Connects to a meter by TCP, on port [`dlms_wrapper::PORT`] usually. The response time-out of `config` is for
/// connecting too.
///
/// # Errors
/// No address of it answers.
pub async fn connect_tcp<C: CryptoProvider, K: CounterStore>(
    meter: impl ToSocketAddrs,
    config: ClientConfig,
    crypto: C,
    counters: InvocationCounters<K>,
) -> io::Result<TcpMeter<C, K>> {
    let stream = dial(meter, config.response_time_out).await?;
    let link = dlms_wrapper::Stream::new(Role::Client);
    Ok(Meter::new(stream, growing::client(link, config, crypto, counters)))
}

/// Connects to a meter whose HDLC frames come through TCP, as from a modem or a serial device server.
///
/// # Errors
/// No address of it answers.
pub async fn connect_hdlc_tcp<C: CryptoProvider, K: CounterStore>(
    meter: impl ToSocketAddrs,
    hdlc: PrimarySettings,
    config: ClientConfig,
    crypto: C,
    counters: InvocationCounters<K>,
) -> io::Result<HdlcMeter<TcpStream, C, K>> {
    let stream = dial(meter, config.response_time_out).await?;
    Ok(Meter::new(stream, hdlc_client(hdlc, None, config, crypto, counters)))
}

/// Exchanges datagrams with a meter by UDP, on port [`dlms_wrapper::PORT`] usually.
///
/// # Errors
/// It has no address, or none can be reached from here.
pub async fn connect_udp<C: CryptoProvider, K: CounterStore>(
    meter: impl ToSocketAddrs,
    config: ClientConfig,
    crypto: C,
    counters: InvocationCounters<K>,
) -> io::Result<UdpMeter<C, K>> {
    let link = dlms_wrapper::Datagram::new(Role::Client);
    let client = growing::client(link, config, crypto, counters);
    let socket = socket(meter).await?;
    Ok(Meter::new(Datagram::new(socket), client).with_read_size(Datagram::READ_SIZE))
}

/// A socket that exchanges datagrams with the first address that can be reached.
pub(super) async fn socket(peer: impl ToSocketAddrs) -> io::Result<UdpSocket> {
    let mut failed = no_address();
    for address in lookup_host(peer).await? {
        match socket_to(address).await {
            Ok(socket) => return Ok(socket),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// A stream to the first address that answers in time.
pub(super) async fn dial(meter: impl ToSocketAddrs, milliseconds: u64) -> io::Result<TcpStream> {
    let time_out = Duration::from_millis(milliseconds.max(1));
    let mut failed = no_address();
    for address in lookup_host(meter).await? {
        match timeout(time_out, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Ok(Err(error)) => failed = error,
            Err(_) => failed = ErrorKind::TimedOut.into(),
        }
    }
    Err(failed)
}

async fn socket_to(address: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = if address.is_ipv4() { ([0u8; 4], 0).into() } else { ([0u16; 8], 0).into() };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(address).await?;
    Ok(socket)
}

fn no_address() -> io::Error {
    io::Error::new(ErrorKind::NotFound, "no address")
}
