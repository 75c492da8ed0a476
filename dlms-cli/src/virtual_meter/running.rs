use core::fmt::Display;
use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io;
use std::net::ToSocketAddrs;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use dlms::server::{Connection, Event};
use dlms_core::buffer::Growing;
use dlms_core::crypto::SecuritySuite;
use dlms_core::limits;
use dlms_core::link::Link;
use dlms_hdlc::{Secondary, SecondarySettings};
use dlms_io::ServerConfig;
use dlms_io::blocking::{EchoCancelling, SerialPort, Server, Stopper, serve, serve_mode_e};
use dlms_security::Protection;
use dlms_wrapper::Role;
use iec62056_21::{LineSettings, OpeningServer, OpeningServerSettings};

use super::{Identity, Meter, Options, VirtualMeter, push};

/// Who is told what the clients at which end do.
pub(crate) type Audit = Arc<dyn Fn(&dyn Display, Event) + Send + Sync>;

/// Associations on a line, and as many connections.
const ASSOCIATIONS: usize = 4;

/// A virtual meter that runs until it is dropped.
pub(crate) struct RunningMeter {
    devices: Arc<Mutex<Vec<Meter>>>,
    audit: Audit,
    ended: Arc<AtomicBool>,
    stoppers: Vec<Stopper>,
    threads: Vec<JoinHandle<()>>,
    /// They end with the process, or when their line does.
    lines: Vec<JoinHandle<()>>,
}

impl RunningMeter {
    /// Starts a meter nobody can reach yet; what clients will do is told to `audit`.
    pub(crate) fn start(options: Options, audit: Audit) -> Self {
        let policy = options.policy;
        let VirtualMeter { device, mut schedule } = VirtualMeter::new(options);
        let devices = Arc::new(Mutex::new(vec![device]));
        let ended = Arc::new(AtomicBool::new(false));
        let audit = pushing(Arc::clone(&devices), Arc::clone(&ended), policy, audit);
        let (scheduled, over) = (Arc::clone(&devices), Arc::clone(&ended));
        let clockwork = thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                if let Some(device) = scheduled.lock().unwrap_or_else(PoisonError::into_inner).first_mut() {
                    schedule.advance(device);
                }
                thread::sleep(Duration::from_millis(100));
            }
        });
        Self { devices, audit, ended, stoppers: Vec::new(), threads: vec![clockwork], lines: Vec::new() }
    }

    /// One that listens for the wrapper on a port of its own on this machine, and tells nobody.
    ///
    /// # Errors
    /// There is no port to be had.
    pub(crate) fn on_loopback(suite: SecuritySuite) -> io::Result<(Self, SocketAddr)> {
        let mut meter = Self::start(
            Options { identity: Identity { suite, ..Identity::default() }, ..Options::default() },
            Arc::new(|_, _| {}),
        );
        let address = meter.listen("127.0.0.1:0")?;
        Ok((meter, address))
    }

    /// Listens for the wrapper on TCP: where.
    ///
    /// # Errors
    /// The address cannot be listened at.
    pub(crate) fn listen(&mut self, address: impl ToSocketAddrs) -> io::Result<SocketAddr> {
        self.listen_for(address, || dlms_wrapper::Stream::new(Role::Server))
    }

    /// Listens for HDLC on TCP: where.
    ///
    /// # Errors
    /// The address cannot be listened at.
    pub(crate) fn listen_hdlc(
        &mut self,
        address: impl ToSocketAddrs,
        settings: SecondarySettings,
    ) -> io::Result<SocketAddr> {
        let settings = settings.with_gaps(limits::INTER_OCTET_TIME_OUT_TCP);
        self.listen_for(address, move || Secondary::<_, ASSOCIATIONS>::new(settings, Vec::new()))
    }

    fn listen_for<L: Link>(
        &mut self,
        address: impl ToSocketAddrs,
        link: impl Fn() -> L + Send + Sync + 'static,
    ) -> io::Result<SocketAddr> {
        let server = Server::bind(address, Arc::clone(&self.devices))?.with_link(link);
        let address = server.local_addr();
        self.stoppers.push(server.stopper());
        let audit = Arc::clone(&self.audit);
        self.threads.push(thread::spawn(move || server.run(|client, event| audit(&client, event))));
        Ok(address)
    }

    /// Speaks HDLC on a serial line, at once or after an opening by mode E.
    ///
    /// # Errors
    /// There is no such port, it is in use, or it cannot be so.
    pub(crate) fn attach(
        &mut self,
        path: &str,
        line: LineSettings,
        settings: SecondarySettings,
        opening: Option<OpeningServerSettings>,
    ) -> io::Result<()> {
        let settings = settings.at_baud(line.baud).with_gaps(limits::INTER_OCTET_TIME_OUT_TCP);
        let port = SerialPort::open(path, if opening.is_some() { LineSettings::INITIAL } else { line })?;
        let (devices, audit, path) = (Arc::clone(&self.devices), Arc::clone(&self.audit), path.to_owned());
        self.lines.push(thread::spawn(move || {
            let audit = |event| audit(&path, event);
            let connection = |inactivity| {
                let room = || Growing::new(ServerConfig::default().buffer);
                let link = Secondary::<_, ASSOCIATIONS>::new(settings, Vec::new());
                Connection::<_, _, ASSOCIATIONS>::new(link, room(), room())
                    .with_inactivity_time_out(inactivity)
            };
            let served = match opening {
                // The line stays; the connections on it have time-outs of their own.
                None => serve(EchoCancelling::new(port), &mut connection(0), &devices, audit),
                Some(opening) => {
                    let connect = || connection(opening.inactivity_time_out);
                    serve_mode_e(port, &mut OpeningServer::new(opening), connect, &devices, audit)
                }
            };
            if let Err(error) = served {
                eprintln!("{path}: {error}");
            }
        }));
        Ok(())
    }

    /// Waits until it ends, which it does not by itself.
    pub(crate) fn wait(mut self) {
        for line in self.lines.drain(..) {
            // A panic in there was printed already.
            let _ = line.join();
        }
        if !self.stoppers.is_empty() {
            for thread in self.threads.drain(..) {
                let _ = thread.join();
            }
        }
    }
}

/// `audit`, with pushes started when clients ask for them.
fn pushing(
    devices: Arc<Mutex<Vec<Meter>>>,
    ended: Arc<AtomicBool>,
    protection: Protection,
    audit: Audit,
) -> Audit {
    Arc::new(move |peer, event| {
        if let Event::Push(_, setup) = event {
            push::start(Arc::clone(&devices), setup, protection, Arc::clone(&ended));
        }
        audit(peer, event);
    })
}

impl Drop for RunningMeter {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        for stopper in &self.stoppers {
            stopper.stop();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
