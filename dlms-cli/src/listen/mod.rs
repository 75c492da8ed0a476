mod document;
mod known_senders;
mod line;
mod mqtt;

use core::fmt::Display;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use dlms::listener::{Event, ListenerError};
use dlms_io::Heard;
use dlms_io::blocking::{Listener, SerialPort};
use dlms_security::SecurityError;
use serde_json::{Value, json};

use crate::connection::SerialLine;
use crate::failure::{Failure, FailureKind};
use crate::output::Output;
use crate::telegram::{Lenience, Link};
use crate::tree;
use known_senders::KnownSenders;
use mqtt::{Broker, BrokerUrl};

/// Prints what meters push, as it arrives: each notification as `dlms decode` prints it. Confirmed ones are confirmed.
///
/// When it listens it says `ready ADDR` on stderr. Meters and their keys are in a TOML file, under their system titles:
///
///   ["4D41430000000001"]
///   ek = "000102030405060708090A0B0C0D0E0F"
///   ak = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"
///
/// and under `any` for all others; `bk` is the broadcast key, `suite` the security suite, `security` the least protection
/// (none, auth, enc or auth-enc). Nobody but its owner may read the file.
///
/// Example: dlms listen --tcp 0.0.0.0:4059 --keys meters.toml --json
///
/// Example: dlms listen --serial /dev/ttyUSB0:115200,8N1 --lenient
///
/// Example: dlms listen --serial /dev/ttyUSB0:2400 --mqtt mqtt://homeassistant.local
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, group = clap::ArgGroup::new("place").required(true).args(["tcp", "udp", "serial"]))]
pub(crate) struct ListenArgs {
    /// Take the connections that meters make to this address; port 0 takes any.
    #[arg(long, value_name = "ADDR")]
    tcp: Option<String>,
    /// Take the datagrams that meters send to this address.
    #[arg(long, value_name = "ADDR")]
    udp: Option<String>,
    /// Take what comes on a serial line: HDLC, M-Bus, P1, whichever it is.
    #[arg(long, value_name = "PATH[:BAUD[,8N1]]")]
    serial: Option<SerialLine>,
    /// The meters' keys.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Hand readings over to an MQTT broker, and tell Home Assistant of them: mqtt://[USER[:PASSWORD]@]HOST[:PORT][/PREFIX].
    #[arg(long, value_name = "URL")]
    mqtt: Option<BrokerUrl>,
    /// Accept deviations from the standard, as `dlms decode` does.
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..,
        require_equals = true,
        value_delimiter = ',',
        default_missing_value = "all"
    )]
    lenient: Vec<String>,
    /// End after so many notifications.
    #[arg(long, value_name = "N")]
    count: Option<usize>,
}

/// Runs `dlms listen`.
pub(crate) fn run(args: &ListenArgs, output: &Output) -> Result<(), Failure> {
    let senders = match &args.keys {
        Some(file) => KnownSenders::read(file)?,
        None => KnownSenders::default(),
    };
    let broker = args.mqtt.as_ref().map(Broker::connect).transpose()?;
    let teller = Teller {
        output,
        left: AtomicUsize::new(args.count.unwrap_or(usize::MAX)),
        failed: Mutex::new(None),
        broker: broker.map(Mutex::new),
        lenience: Lenience::named(&args.lenient)?,
    };
    let unavailable = |place: &str, error: &std::io::Error| {
        Failure::new(FailureKind::Link, format!("cannot listen at {place}: {error}"))
    };
    let listened = match (&args.tcp, &args.udp, &args.serial) {
        (_, _, Some(line)) => {
            let port = SerialPort::open(&line.path, line.hdlc()).map_err(|e| unavailable(&line.path, &e))?;
            eprintln!("ready {}", line.path);
            let mut senders = senders;
            line::listen(port, &mut senders, &teller.lenience, &mut |link, event, apdu| {
                teller.tell(link, &line.path, event, apdu);
                !teller.is_over()
            })
        }
        (Some(place), ..) | (None, Some(place), _) => {
            let listener = match args.tcp {
                Some(_) => Listener::bind_tcp(place, senders),
                None => Listener::bind_udp(place, senders),
            };
            let listener = listener.map_err(|error| unavailable(place, &error))?;
            eprintln!("ready {}", listener.local_addr()?);
            let tell = |heard: Heard<'_>| teller.tell(Link::Wrapper, &heard.from, &heard.event, heard.apdu);
            listener.run(tell, || teller.is_over())
        }
        (None, None, None) => return Err(Failure::usage("--tcp, --udp or --serial")),
    };
    teller.finish();
    listened.map_err(|error| Failure::new(FailureKind::Link, error.to_string()))?;
    match teller.failed.into_inner() {
        Ok(Some(failure)) => Err(failure),
        _ => Ok(()),
    }
}

/// Prints what was heard.
struct Teller<'o> {
    output: &'o Output,
    /// Notifications to come.
    left: AtomicUsize,
    /// Why nothing more can be printed.
    failed: Mutex<Option<Failure>>,
    /// Who is handed the readings, too.
    broker: Option<Mutex<Broker>>,
    lenience: Lenience,
}

impl Teller<'_> {
    fn tell(&self, link: Link, from: &dyn Display, event: &Event, apdu: &[u8]) {
        let printed = match event {
            Event::Notification(origin) | Event::Telegram(origin) | Event::Value(origin) => {
                if self.is_over() {
                    return;
                }
                let document = document::of(link, event, origin, apdu, &self.lenience);
                let printed = document.and_then(|document| {
                    self.output.print(&document, tree::document)?;
                    self.hand_over(&document)
                });
                self.left.fetch_sub(1, Ordering::Relaxed);
                printed
            }
            Event::Refused(saps, error) => {
                let detail = json!({
                    "from": from.to_string(),
                    "saps": {"source": saps.server, "destination": saps.client},
                });
                Err(refused(*error).with_detail(detail))
            }
            Event::Line(error) => Err(Failure::new(FailureKind::Link, format!("{from}: {error}"))),
            _ => Ok(()),
        };
        let Err(failure) = printed else { return };
        if failure.kind() == FailureKind::Io {
            self.left.store(0, Ordering::Relaxed);
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
        } else {
            self.output.print_failure(&failure);
        }
    }

    fn hand_over(&self, document: &Value) -> Result<(), Failure> {
        match &self.broker {
            Some(broker) => broker.lock().unwrap_or_else(PoisonError::into_inner).publish(document),
            None => Ok(()),
        }
    }

    /// Nothing more will be told.
    fn finish(&self) {
        if let Some(broker) = &self.broker {
            broker.lock().unwrap_or_else(PoisonError::into_inner).finish();
        }
    }

    fn is_over(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }
}

fn refused(error: ListenerError) -> Failure {
    let kind = match error {
        ListenerError::Malformed(error) | ListenerError::Security(SecurityError::Decode(error)) => {
            return error.into();
        }
        ListenerError::Security(SecurityError::WeakerThanPolicy) => FailureKind::WeakerThanPolicy,
        ListenerError::Security(SecurityError::Replayed { .. }) => FailureKind::Replayed,
        ListenerError::Security(SecurityError::Inauthentic) => FailureKind::WrongKey,
        ListenerError::Security(SecurityError::NoKey(_)) | ListenerError::UnknownSender => {
            FailureKind::MissingKey
        }
        ListenerError::Security(SecurityError::Unsupported(_)) => FailureKind::Unsupported,
        _ => FailureKind::Decode,
    };
    Failure::new(kind, error.to_string())
}

/// The value of a document's member, put in place of what is there.
fn put(document: &mut Value, at: usize, name: &str, value: Value) {
    if let Some(members) = document.as_object_mut() {
        members.shift_insert(at.min(members.len()), name.into(), value);
    }
}
