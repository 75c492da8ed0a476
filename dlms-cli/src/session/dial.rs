use core::time::Duration;
use std::io::{self, ErrorKind};
use std::thread;

use dlms_io::blocking::{
    EchoCancelling, Line, SerialPort, connect_hdlc_tcp, connect_line, connect_serial, connect_tcp,
    connect_udp, open,
};
use dlms_io::{Observer, OpenError};
use iec62056_21::{LineSettings, Opening, OpeningError, OpeningSettings};

use super::{Counters, Peer, transport};
use crate::connection::{SerialLine, Settings, Target};
use crate::failure::{Failure, FailureKind};
use crate::trace::{Watched, Watchers};

/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(300);

/// A peer that is connected, with as many attempts as the flags say; its counter is `expected` at least.
pub(super) fn connect(
    settings: &Settings,
    expected: Option<u32>,
    mut watchers: Watchers,
) -> Result<Box<dyn Peer>, Failure> {
    let mut tries = settings.retries;
    let mut peer = loop {
        match dial(settings, expected, &mut watchers) {
            Err(failure) if failure.kind().exit_status() == 3 && tries > 0 => thread::sleep(PAUSE),
            dialled => break dialled?,
        }
        tries = tries.saturating_sub(1);
    };
    if !watchers.is_empty() {
        peer.observe(Box::new(watchers));
    }
    Ok(peer)
}

/// Connects once.
fn dial(
    settings: &Settings,
    expected: Option<u32>,
    watchers: &mut Watchers,
) -> Result<Box<dyn Peer>, Failure> {
    let (config, crypto) = (settings.config.clone(), settings.keys.provider(settings.config.saps.client)?);
    let (hdlc, counters) = (settings.hdlc, Counters::open(settings, expected)?);
    match &settings.target {
        Target::Tcp(address) => match connect_tcp(address.as_str(), config, crypto, counters) {
            Ok(peer) => Ok(Box::new(peer)),
            Err(error) => Err(unreachable_at(address, error)),
        },
        Target::Udp(address) => match connect_udp(address.as_str(), config, crypto, counters) {
            Ok(peer) => Ok(Box::new(peer)),
            Err(error) => Err(unreachable_at(address, error)),
        },
        Target::HdlcTcp(address) => {
            match connect_hdlc_tcp(address.as_str(), hdlc, config, crypto, counters) {
                Ok(peer) => Ok(Box::new(peer)),
                Err(error) => Err(unreachable_at(address, error)),
            }
        }
        Target::Serial(line) => match connect_serial(&line.path, line.hdlc(), hdlc, config, crypto, counters)
        {
            Ok(peer) => Ok(Box::new(peer)),
            Err(error) => Err(unreachable_at(&line.path, error)),
        },
        Target::ModeE(line) => {
            let mut port = SerialPort::open(&line.path, LineSettings::INITIAL)
                .map_err(|error| unreachable_at(&line.path, error))?;
            let baud = mode_e(&mut port, line, watchers)?;
            Ok(Box::new(connect_line(EchoCancelling::new(port), baud, hdlc, config, crypto, counters)))
        }
        Target::Demo => Err(Failure::usage("the built-in meter does not run")),
    }
}

/// Opens the line by mode E: the speed to go on with.
fn mode_e(port: &mut impl Line, line: &SerialLine, watchers: &mut dyn Observer) -> Result<u32, Failure> {
    let settings = OpeningSettings::HDLC;
    let settings = OpeningSettings { max_baud: line.baud.unwrap_or(settings.max_baud), ..settings };
    let opened = open(&mut Watched::new(port, watchers), &mut Opening::new(settings));
    opened.map(|opened| opened.line.baud).map_err(|error| match error {
        OpenError::Io(error) => unreachable_at(&line.path, error),
        OpenError::Opening(error) => {
            let kind = match error {
                OpeningError::NoAnswer => FailureKind::Timeout,
                OpeningError::NotOffered(_) | OpeningError::ReservedBaud(_) => FailureKind::Unsupported,
                _ => FailureKind::Link,
            };
            Failure::new(kind, format!("{line}: mode E: {error}"))
        }
    })
}

fn unreachable_at(address: &str, error: io::Error) -> Failure {
    match error.kind() {
        ErrorKind::InvalidInput => Failure::usage(format!("{address}: {error}")),
        _ => Failure::new(transport(&error).kind(), format!("cannot connect to {address}: {error}")),
    }
}
