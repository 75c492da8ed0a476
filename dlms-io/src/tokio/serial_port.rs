use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io;

use iec62056_21::LineSettings;
use serialport::SerialPort as _;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::{Sleep, sleep};
use tokio_serial::SerialStream;

use super::Line;
use crate::characters;

/// A serial port of the host.
pub struct SerialPort {
    stream: SerialStream,
    settings: LineSettings,
    /// Until what was written has left, as far as is known.
    draining: Option<Pin<Box<Sleep>>>,
}

impl SerialPort {
    /// The port at `path`, to which nobody else has access then.
    ///
    /// # Errors
    /// There is no such port, it is in use, or it cannot be so.
    pub fn open(path: &str, settings: LineSettings) -> io::Result<Self> {
        let (data, parity) = characters::of(settings.format);
        let port = tokio_serial::new(path, settings.baud).data_bits(data).parity(parity);
        Ok(Self { stream: SerialStream::open(&port)?, settings, draining: None })
    }
}

impl AsyncRead for SerialPort {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, out)
    }
}

impl AsyncWrite for SerialPort {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, octets)
    }

    /// Waits until everything has left: time-outs begin when the last octet is on the line.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if let Some(draining) = &mut this.draining {
                ready!(draining.as_mut().poll(context));
                this.draining = None;
            }
            match this.stream.bytes_to_write()? {
                0 => return Poll::Ready(Ok(())),
                left => {
                    let left = this.settings.milliseconds(usize::try_from(left).unwrap_or(usize::MAX));
                    this.draining = Some(Box::pin(sleep(Duration::from_millis(left.clamp(1, 1_000)))));
                }
            }
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}

impl Line for SerialPort {
    async fn set_line(&mut self, settings: LineSettings) -> io::Result<()> {
        /// Characters that a port may hold itself, where the system does not see them.
        const IN_THE_PORT: usize = 2;
        self.flush().await?;
        sleep(Duration::from_millis(self.settings.milliseconds(IN_THE_PORT))).await;
        let (data, parity) = characters::of(settings.format);
        self.stream.set_baud_rate(settings.baud)?;
        self.stream.set_data_bits(data)?;
        self.stream.set_parity(parity)?;
        self.settings = settings;
        Ok(())
    }
}

impl fmt::Debug for SerialPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SerialPort").field(&self.stream.name()).finish()
    }
}
