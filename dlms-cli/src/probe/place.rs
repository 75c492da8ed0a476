use core::fmt;

use dlms_hdlc::{Address, AddressSize, Station};
use serde_json::{Value, json};

use crate::connection::{ConnectionFlags, SerialLine};

/// Where a meter was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The wrapper over TCP.
    Tcp(String),
    /// The wrapper over UDP.
    Udp(String),
    /// HDLC over TCP.
    HdlcTcp(String, Station),
    /// HDLC on a serial line.
    Serial(SerialLine, Station),
    /// HDLC on a serial line that mode E opened.
    ModeE(SerialLine, Station),
}

impl Place {
    /// `--tcp meter:4059` and so on.
    pub(super) fn flags(&self) -> Vec<String> {
        let mut flags = match self {
            Self::Tcp(address) => vec!["--tcp".to_owned(), address.clone()],
            Self::Udp(address) => vec!["--udp".to_owned(), address.clone()],
            Self::HdlcTcp(address, _) => vec!["--hdlc-tcp".to_owned(), address.clone()],
            Self::Serial(line, _) => {
                vec!["--serial".to_owned(), format!("{}:{}", line.path, line.hdlc().baud)]
            }
            Self::ModeE(line, _) => vec!["--serial".to_owned(), line.path.clone(), "--mode-e".to_owned()],
        };
        if let Some(address) = self.address() {
            let words = [
                ("--server", address.upper().to_string()),
                ("--address-size", address.size().octets().to_string()),
            ];
            flags.extend(words.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]));
            if let Some(lower) = address.lower() {
                flags.extend(["--physical".to_owned(), lower.to_string()]);
            }
        }
        flags
    }

    /// The flags, with those of this place in front.
    pub(super) fn applied_to(&self, flags: ConnectionFlags) -> ConnectionFlags {
        let mut flags =
            ConnectionFlags { tcp: None, udp: None, hdlc_tcp: None, serial: None, mode_e: None, ..flags };
        match self {
            Self::Tcp(address) => flags.tcp = Some(address.clone()),
            Self::Udp(address) => flags.udp = Some(address.clone()),
            Self::HdlcTcp(address, _) => flags.hdlc_tcp = Some(address.clone()),
            Self::Serial(line, _) => flags.serial = Some(line.clone()),
            Self::ModeE(line, _) => {
                flags.serial = Some(SerialLine { baud: None, format: None, ..line.clone() });
                flags.mode_e = Some(true);
            }
        }
        match self.address() {
            Some(address) => {
                flags.server = Some(address.upper());
                flags.address_size = Some(address.size().octets().to_string());
                flags.physical = address.lower();
            }
            None => {
                flags.address_size = None;
                flags.physical = None;
                flags.window = None;
                flags.frame_size = None;
                flags.turnaround = None;
            }
        }
        flags
    }

    /// In JSON.
    pub(super) fn to_json(&self) -> Value {
        let transport = match self {
            Self::Tcp(_) => "tcp",
            Self::Udp(_) => "udp",
            Self::HdlcTcp(..) => "hdlc-tcp",
            Self::Serial(..) => "serial",
            Self::ModeE(..) => "mode-e",
        };
        let mut document = json!({"transport": transport});
        let mut put = |name: &str, value: Value| {
            if let Some(members) = document.as_object_mut() {
                members.insert(name.to_owned(), value);
            }
        };
        if let Self::Serial(line, _) | Self::ModeE(line, _) = self {
            put("baud", json!(line.hdlc().baud));
        }
        if let Some(address) = self.address() {
            put("server", json!(address.upper()));
            put("address-size", json!(address.size().octets()));
            put("physical", json!(address.lower()));
            put("connects", json!(self.station().is_some_and(|station| station.parameters.is_some())));
        }
        document
    }

    const fn station(&self) -> Option<&Station> {
        match self {
            Self::HdlcTcp(_, station) | Self::Serial(_, station) | Self::ModeE(_, station) => Some(station),
            Self::Tcp(_) | Self::Udp(_) => None,
        }
    }

    fn address(&self) -> Option<Address> {
        self.station().map(|station| station.address)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "the wrapper over TCP at {address}")?,
            Self::Udp(address) => write!(f, "the wrapper over UDP at {address}")?,
            Self::HdlcTcp(address, _) => write!(f, "HDLC over TCP at {address}")?,
            Self::Serial(line, _) => write!(f, "HDLC on {line} at {} baud", line.hdlc().baud)?,
            Self::ModeE(line, _) => write!(f, "HDLC on {line} after mode E, at {} baud", line.hdlc().baud)?,
        }
        let Some(station) = self.station() else { return Ok(()) };
        let (address, size) = (station.address, station.address.size().octets());
        write!(f, ", logical device {}", address.upper())?;
        if let Some(lower) = address.lower() {
            write!(f, " in physical device {lower}")?;
        }
        let octets = if address.size() == AddressSize::One { "octet" } else { "octets" };
        write!(f, ", an address of {size} {octets}")?;
        if station.parameters.is_none() {
            write!(f, "; it refuses to connect")?;
        }
        Ok(())
    }
}
