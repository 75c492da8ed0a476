use std::io::ErrorKind;
use std::net::TcpStream;

use dlms_hdlc::{Address, AddressSize, Probe};
use dlms_io::blocking::{SerialPort, Transport, dial, find_station, open};
use iec62056_21::{LineSettings, Opening, OpeningSettings};

use super::place::Place;
use crate::connection::{ConnectionFlags, SerialLine, Settings};
use crate::failure::{Failure, FailureKind};
use crate::session::{Session, transport};

/// Milliseconds that an answer may take, unless told otherwise.
const TIME_OUT: u64 = 700;
/// Milliseconds that a connection may take, at least.
const CONNECT: u64 = 5_000;
/// The public client.
const CLIENT: u16 = 16;
/// Physical devices that meters have unless somebody gave them another, beside the calling one, which all answer to.
const PHYSICAL: [u16; 3] = [17, 16, 1];
/// Speeds of meters' ports, the likely ones first.
const BAUDS: [u32; 7] = [9600, 19_200, 2400, 115_200, 4800, 38_400, 57_600];

/// A bounded search for a meter.
pub(super) struct Search {
    flags: ConnectionFlags,
    looks: Vec<Look>,
    addresses: Vec<Address>,
    client: Address,
    time_out: u64,
    tries: usize,
}

/// One kind of place to look at.
#[derive(Debug, Clone)]
enum Look {
    Tcp(String),
    Udp(String),
    HdlcTcp(String),
    Serial(SerialLine),
    ModeE(SerialLine),
}

impl Search {
    /// What the flags leave open.
    ///
    /// # Errors
    /// `usage`: they do not say where to look, or do not go together.
    pub(super) fn new(flags: &ConnectionFlags) -> Result<Self, Failure> {
        let looks = match flags {
            ConnectionFlags { tcp: Some(address), .. } => {
                vec![Look::Tcp(address.clone()), Look::HdlcTcp(address.clone())]
            }
            ConnectionFlags { hdlc_tcp: Some(address), .. } => {
                vec![Look::HdlcTcp(address.clone()), Look::Tcp(address.clone())]
            }
            ConnectionFlags { udp: Some(address), .. } => vec![Look::Udp(address.clone())],
            ConnectionFlags { serial: Some(line), mode_e: Some(true), .. } => vec![Look::ModeE(line.clone())],
            ConnectionFlags { serial: Some(line), .. } => serial(line),
            _ => return Err(Failure::usage("say where: --serial, --tcp, --hdlc-tcp or --udp")),
        };
        let client = Address::one(flags.client.unwrap_or(CLIENT));
        let client =
            client.ok_or_else(|| Failure::usage("--client takes more than an address of HDLC has"))?;
        let time_out = flags.timeout.map_or(TIME_OUT, crate::connection::milliseconds);
        let addresses = addresses(flags);
        Ok(Self { flags: flags.clone(), looks, addresses, client, time_out, tries: 0 })
    }

    /// How many tries there are at most.
    pub(super) fn most(&self) -> usize {
        let tries = |look: &Look| match look {
            Look::Tcp(_) | Look::Udp(_) => 1,
            Look::HdlcTcp(_) | Look::Serial(_) => self.addresses.len(),
            Look::ModeE(_) => self.addresses.len() + 1,
        };
        self.looks.iter().map(tries).sum()
    }

    /// How many there were.
    pub(super) const fn tries(&self) -> usize {
        self.tries
    }

    /// Looks at one place after the other: the first where a meter is.
    ///
    /// # Errors
    /// `link`: there is no such port or host.
    pub(super) fn run(&mut self) -> Result<Option<Place>, Failure> {
        for look in self.looks.clone() {
            if let Some(place) = self.look_at(look)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    fn look_at(&mut self, look: Look) -> Result<Option<Place>, Failure> {
        match look {
            Look::Tcp(address) => Ok(self.associates(Place::Tcp(address))?),
            Look::Udp(address) => Ok(self.associates(Place::Udp(address))?),
            Look::HdlcTcp(address) => {
                let mut stream = self.connect(&address)?;
                self.ask(&mut stream, 1_000_000, |station| Place::HdlcTcp(address.clone(), station))
            }
            Look::Serial(line) => {
                let mut port = self.port(&line, line.hdlc())?;
                self.ask(&mut port, line.hdlc().baud, |station| Place::Serial(line.clone(), station))
            }
            Look::ModeE(line) => {
                self.tries += 1;
                let mut port = self.port(&line, LineSettings::INITIAL)?;
                let opening = OpeningSettings { assume_mode_e: true, ..OpeningSettings::HDLC };
                let Ok(opened) = open(&mut port, &mut Opening::new(opening)) else { return Ok(None) };
                let line = SerialLine { baud: Some(opened.line.baud), ..line };
                self.ask(&mut port, opened.line.baud, |station| Place::ModeE(line.clone(), station))
            }
        }
    }

    /// Asks at all addresses.
    fn ask(
        &mut self,
        line: &mut impl Transport,
        baud: u32,
        place: impl Fn(dlms_hdlc::Station) -> Place,
    ) -> Result<Option<Place>, Failure> {
        let mut probe = Probe::new(self.client, &self.addresses, self.time_out, baud);
        let found = find_station(line, &mut probe);
        self.tries += probe.tried();
        match found {
            Ok(found) => Ok(found.map(place)),
            // A peer that hangs up speaks something else.
            Err(error) if closed(error.kind()) => Ok(None),
            Err(error) => Err(transport(&error)),
        }
    }

    /// Whether whoever is there answers an AARQ, be it with a refusal.
    fn associates(&mut self, place: Place) -> Result<Option<Place>, Failure> {
        self.tries += 1;
        let flags = place.applied_to(ConnectionFlags { timeout: None, ..self.flags.clone() });
        let mut settings = Settings::new(flags)?;
        settings.config.response_time_out = self.time_out;
        match Session::greet(settings) {
            Ok(()) => Ok(Some(place)),
            Err(failure) => match failure.kind() {
                FailureKind::Link if failure.to_string().starts_with("cannot connect") => Err(failure),
                FailureKind::Link | FailureKind::Timeout | FailureKind::Decode => Ok(None),
                FailureKind::Usage => Err(failure),
                _ => Ok(Some(place)),
            },
        }
    }

    fn connect(&self, address: &str) -> Result<TcpStream, Failure> {
        let unreachable = |error: std::io::Error| {
            Failure::new(transport(&error).kind(), format!("cannot connect to {address}: {error}"))
        };
        dial(address, self.time_out.max(CONNECT)).map_err(unreachable)
    }

    fn port(&self, line: &SerialLine, settings: LineSettings) -> Result<SerialPort, Failure> {
        SerialPort::open(&line.path, settings)
            .map_err(|error| Failure::new(FailureKind::Link, format!("cannot open {line}: {error}")))
    }
}

const fn closed(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
    )
}

/// The speeds of a line, and mode E after the likeliest, unless the flags say one.
fn serial(line: &SerialLine) -> Vec<Look> {
    let at = |baud: u32| Look::Serial(SerialLine { baud: Some(baud), ..line.clone() });
    match line.baud {
        Some(_) => vec![Look::Serial(line.clone())],
        None => {
            let mut looks: Vec<_> = BAUDS.into_iter().map(at).collect();
            looks.insert(1, Look::ModeE(line.clone()));
            looks
        }
    }
}

/// The addresses that the flags leave open.
fn addresses(flags: &ConnectionFlags) -> Vec<Address> {
    let server = flags.server.unwrap_or(1);
    let sizes = [AddressSize::One, AddressSize::Four, AddressSize::Two];
    let wanted = |size: &AddressSize| match &flags.address_size {
        Some(octets) => *octets == size.octets().to_string(),
        None => flags.physical.is_none() || *size != AddressSize::One,
    };
    let sizes: Vec<_> = sizes.into_iter().filter(wanted).collect();
    let mut addresses = Vec::new();
    let mut add = |size, lower| {
        if let Some(address) = Address::new(size, server, lower)
            && !addresses.contains(&address)
        {
            addresses.push(address);
        }
    };
    if let Some(physical) = flags.physical {
        sizes.iter().for_each(|size| add(*size, physical));
        return addresses;
    }
    // First whoever is there.
    sizes.iter().for_each(|size| add(*size, size.calling()));
    for physical in PHYSICAL {
        sizes.iter().filter(|size| **size != AddressSize::One).for_each(|size| add(*size, physical));
    }
    addresses
}
