use core::net::SocketAddr;
use core::time::Duration;
use std::io::{self, ErrorKind};
use std::net::{TcpStream, ToSocketAddrs, UdpSocket};

use dlms::client::ClientConfig;
use dlms_core::crypto::CryptoProvider;
use dlms_hdlc::{Primary, PrimarySettings};
use dlms_security::{CounterStore, InvocationCounters};
use dlms_wrapper::Role;

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
pub fn connect_tcp<C: CryptoProvider, K: CounterStore>(
    meter: impl ToSocketAddrs,
    config: ClientConfig,
    crypto: C,
    counters: InvocationCounters<K>,
) -> io::Result<TcpMeter<C, K>> {
    let stream = dial(meter, config.response_time_out)?;
    let link = dlms_wrapper::Stream::new(Role::Client);
    Ok(Meter::new(stream, growing::client(link, config, crypto, counters)))
}

/// Connects to a meter whose HDLC frames come through TCP, as from a modem or a serial device server.
///
/// # Errors
/// No address of it answers.
pub fn connect_hdlc_tcp<C: CryptoProvider, K: CounterStore>(
    meter: impl ToSocketAddrs,
    hdlc: PrimarySettings,
    config: ClientConfig,
    crypto: C,
    counters: InvocationCounters<K>,
) -> io::Result<HdlcMeter<TcpStream, C, K>> {
    let stream = dial(meter, config.response_time_out)?;
    Ok(Meter::new(stream, hdlc_client(hdlc, None, config, crypto, counters)))
}

/// Exchanges datagrams with a meter by UDP, on port [`dlms_wrapper::PORT`] usually.
///
/// # Errors
/// It has no address, or none can be reached from here.
pub fn connect_udp<C: CryptoProvider, K: CounterStore>(
    meter: impl ToSocketAddrs,
    config: ClientConfig,
    crypto: C,
    counters: InvocationCounters<K>,
) -> io::Result<UdpMeter<C, K>> {
    let link = dlms_wrapper::Datagram::new(Role::Client);
    let transport = Datagram::new(socket(meter)?);
    Ok(Meter::new(transport, growing::client(link, config, crypto, counters)))
}

/// A socket that exchanges datagrams with the first address that can be reached.
pub(super) fn socket(peer: impl ToSocketAddrs) -> io::Result<UdpSocket> {
    first(peer, |address| {
        let any: SocketAddr = if address.is_ipv4() { ([0u8; 4], 0).into() } else { ([0u16; 8], 0).into() };
        let socket = UdpSocket::bind(any)?;
        socket.connect(address)?;
        Ok(socket)
    })
}

/// A stream to the first address of a meter that answers in so many milliseconds; for writing it has the same time.
///
/// # Errors
/// None of them answers.
pub fn dial(meter: impl ToSocketAddrs, milliseconds: u64) -> io::Result<TcpStream> {
    let time_out = Duration::from_millis(milliseconds.max(1));
    let stream = first(meter, |address| TcpStream::connect_timeout(&address, time_out))?;
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(time_out))?;
    Ok(stream)
}

/// The first address that it works with; else why it did not with the last.
fn first<T>(meter: impl ToSocketAddrs, connect: impl Fn(SocketAddr) -> io::Result<T>) -> io::Result<T> {
    let mut failed = io::Error::new(ErrorKind::NotFound, "no address");
    for address in meter.to_socket_addrs()? {
        match connect(address) {
            Ok(connected) => return Ok(connected),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}
