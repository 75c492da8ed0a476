use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::UdpSocket;

/// A UDP socket as a transport: each read is one datagram, each write sends one. For the link
/// [`dlms_wrapper::Datagram`], with reads of [`READ_SIZE`](Self::READ_SIZE).
#[derive(Debug)]
pub struct Datagram(UdpSocket);

impl Datagram {
    /// Octets of the longest datagram.
    pub const READ_SIZE: usize = 0xffff;

    /// Over a socket that is connected to its peer.
    #[must_use]
    pub const fn new(socket: UdpSocket) -> Self {
        Self(socket)
    }

    /// The socket.
    #[must_use]
    pub const fn socket(&self) -> &UdpSocket {
        &self.0
    }
}

impl AsyncRead for Datagram {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let filled = out.filled().len();
        // An empty datagram says nothing; least of all that the stream ended.
        while out.filled().len() == filled && out.remaining() > 0 {
            ready!(self.0.poll_recv(context, out))?;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Datagram {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.0.poll_send(context, octets)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
