use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io;
use std::net::ToSocketAddrs;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use dlms::server::Event;
use dlms_io::blocking::{Server, Stopper};

use super::{Options, VirtualMeter};

/// A virtual meter that listens on TCP, until it is dropped.
#[derive(Debug)]
pub(crate) struct RunningMeter {
    address: SocketAddr,
    stopper: Stopper,
    server: Option<JoinHandle<()>>,
}

impl RunningMeter {
    /// Starts a meter at `address`; what clients do is told to `audit`.
    ///
    /// # Errors
    /// The address cannot be listened at.
    pub(crate) fn start(
        options: Options,
        address: impl ToSocketAddrs,
        audit: impl Fn(SocketAddr, Event) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let VirtualMeter { device, mut schedule } = VirtualMeter::new(options);
        let devices = Arc::new(Mutex::new(vec![device]));
        let server = Server::bind(address, devices.clone())?;
        let (address, stopper) = (server.local_addr(), server.stopper());
        let server = thread::spawn(move || {
            let ended = AtomicBool::new(false);
            thread::scope(|scope| {
                scope.spawn(|| {
                    while !ended.load(Ordering::Relaxed) {
                        if let Some(device) =
                            devices.lock().unwrap_or_else(PoisonError::into_inner).first_mut()
                        {
                            schedule.advance(device);
                        }
                        thread::sleep(Duration::from_millis(100));
                    }
                });
                server.run(audit);
                ended.store(true, Ordering::Relaxed);
            });
        });
        Ok(Self { address, stopper, server: Some(server) })
    }

    /// Where it listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it ends, which it does not by itself.
    pub(crate) fn wait(mut self) {
        if let Some(server) = self.server.take() {
            // A panic in there was printed already.
            let _ = server.join();
        }
    }
}

impl Drop for RunningMeter {
    fn drop(&mut self) {
        self.stopper.stop();
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}
