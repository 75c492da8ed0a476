use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::echo::Echo;

/// A transport that may bring back what was sent before anything else, as two-wire adapters and optical heads do: the
/// echo is left out. Whether there is one shows with the first frames.
#[derive(Debug)]
pub struct EchoCancelling<T> {
    transport: T,
    echo: Echo,
}

impl<T> EchoCancelling<T> {
    /// Over a transport with an echo.
    pub fn new(transport: T) -> Self {
        Self { transport, echo: Echo::default() }
    }

    /// The transport.
    pub fn into_inner(self) -> T {
        self.transport
    }

    pub(super) const fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for EchoCancelling<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            let octets = this.echo.read(out.initialize_unfilled());
            if octets > 0 || out.remaining() == 0 {
                out.advance(octets);
                return Poll::Ready(Ok(()));
            }
            let room = out.initialize_unfilled();
            let mut read = ReadBuf::new(room);
            ready!(Pin::new(&mut this.transport).poll_read(context, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.echo.received(read.filled());
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for EchoCancelling<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = ready!(Pin::new(&mut this.transport).poll_write(context, octets))?;
        this.echo.sent(octets.get(..written).unwrap_or_default());
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().transport).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().transport).poll_shutdown(context)
    }
}
