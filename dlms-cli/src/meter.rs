use std::path::PathBuf;
use std::sync::Arc;

use dlms_core::crypto::SecuritySuite;
use dlms_hdlc::{Parameters, SecondarySettings};
use dlms_security::Protection;
use iec62056_21::{BaudCharacter, Identification, OpeningServerSettings};
use serde_json::json;

use crate::connection::SerialLine;
use crate::failure::{Failure, FailureKind};
use crate::hex;
use crate::key_file::{CertificateFile, PrivateKey};
use crate::output::Output;
use crate::virtual_meter::{Audit, Identity, Options, RunningMeter, keys};

/// Runs the virtual meter: a household's, with a load profile of thirty days, a breaker and a clock.
///
/// Prints `ready ADDR` when it listens. Its clients: 16 (public, reads only), 32 (password), 1 (HLS with GMAC, by the
/// policy), 5 (HLS with GMAC, MD5, SHA-1 or SHA-256, any protection).
///
/// Example: dlms meter --tcp 127.0.0.1:4059
#[derive(Debug, clap::Args)]
pub(crate) struct MeterArgs {
    /// Listen for the wrapper on TCP; port 0 takes any [default: 127.0.0.1:4059, if nothing else is said].
    #[arg(long, value_name = "ADDR")]
    tcp: Option<String>,
    /// Listen for HDLC on TCP.
    #[arg(long, value_name = "ADDR")]
    hdlc_tcp: Option<String>,
    /// Speak HDLC on a serial line.
    #[arg(long, value_name = "PATH[:BAUD[,8N1]]")]
    serial: Option<SerialLine>,
    /// Have the serial line opened by IEC 62056-21 mode E, from 300 baud 7E1.
    #[arg(long, requires = "serial")]
    mode_e: bool,
    /// The physical device, for HDLC.
    #[arg(long, value_name = "ADDR", default_value_t = SecondarySettings::DEFAULT.device_address,
        value_parser = clap::value_parser!(u16).range(16..=0x3ffd))]
    physical: u16,
    /// Frames in a row to agree to at most, for HDLC.
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u8).range(1..=7))]
    window: u8,
    /// Octets of the largest information field to agree to, for HDLC.
    #[arg(long, value_name = "N", default_value_t = dlms_hdlc::MAX_INFORMATION,
        value_parser = clap::value_parser!(u16).range(32..=2030))]
    frame_size: u16,
    /// Milliseconds that the line needs between a command and the answer, for HDLC.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    turnaround: u16,
    /// How many meters, on consecutive ports.
    #[arg(long, value_name = "N", default_value_t = 1)]
    count: u16,
    /// How many times as fast as ours the meter's time runs.
    #[arg(long, value_name = "X", default_value_t = 1)]
    speed: u32,
    /// Where the house's habits come from.
    #[arg(long, value_name = "N", default_value_t = Options::default().seed)]
    seed: u64,
    /// Protection that messages of the management client have at least: none, auth, enc or auth-enc.
    #[arg(long, value_name = "POLICY", default_value = "auth-enc", value_parser = protection)]
    policy: Protection,
    /// The largest APDU the meter takes.
    #[arg(long, value_name = "N", default_value_t = Options::default().pdu_size)]
    pdu_size: u16,
    /// The security suite. In suite 2 keys are twice as long: the same octets twice.
    #[arg(long, value_name = "0|1|2", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=2))]
    suite: u8,
    /// Trust the authorities in this file, in suites 1 and 2.
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// Know the certificates in this file, the client's for one.
    #[arg(long, value_name = "FILE")]
    certificates: Vec<PathBuf>,
    /// The meter's private key for signatures [default: one made at random].
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
    /// Print keys and passwords.
    #[arg(long)]
    show_secrets: bool,
    /// Tell on stderr what clients do.
    #[arg(long)]
    audit: bool,
}

/// The protection with this name.
pub(crate) fn protection(name: &str) -> Result<Protection, String> {
    match name {
        "none" => Ok(Protection::NONE),
        "auth" => Ok(Protection::AUTHENTICATED),
        "enc" => Ok(Protection::ENCRYPTED),
        "auth-enc" => Ok(Protection::AUTHENTICATED_ENCRYPTED),
        _ => Err("none, auth, enc or auth-enc".to_owned()),
    }
}

/// Runs `dlms meter`.
pub(crate) fn run(args: &MeterArgs, output: &Output) -> Result<(), Failure> {
    if args.serial.is_some() && args.count > 1 {
        return Err(Failure::usage(
            "--count is for meters with ports of their own, not for one --serial line",
        ));
    }
    let suite = SecuritySuite::from_id(args.suite).unwrap_or_default();
    if args.show_secrets {
        show_secrets(suite, output)?;
    }
    let nowhere = args.hdlc_tcp.is_none() && args.serial.is_none();
    let tcp = args.tcp.as_deref().or(nowhere.then_some("127.0.0.1:4059"));
    let ready = |place: String| output.print(&json!({"ready": place}), |_| format!("ready {place}\n"));
    let hdlc = SecondarySettings {
        device_address: args.physical,
        parameters: Parameters::symmetric(args.frame_size, args.window),
        turnaround: args.turnaround.into(),
        ..SecondarySettings::DEFAULT
    };
    let identity = identity(args, suite)?;
    let mut meters = Vec::new();
    for number in 0..args.count.max(1) {
        let options = Options {
            identity: identity.clone(),
            seed: args.seed.wrapping_add(u64::from(number)),
            speed: args.speed,
            policy: args.policy,
            pdu_size: args.pdu_size,
        };
        let audit: Audit = match args.audit {
            true => Arc::new(|peer, event| eprintln!("{peer} {event:?}")),
            false => Arc::new(|_, _| {}),
        };
        let mut meter = RunningMeter::start(options, audit);
        if let Some(address) = tcp {
            let address = next_address(address, number)?;
            let address = meter.listen(address.as_str()).map_err(|error| unavailable(&address, &error))?;
            ready(address.to_string())?;
        }
        if let Some(address) = &args.hdlc_tcp {
            let address = next_address(address, number)?;
            let address =
                meter.listen_hdlc(address.as_str(), hdlc).map_err(|error| unavailable(&address, &error))?;
            ready(address.to_string())?;
        }
        if let Some(line) = &args.serial {
            let opening = args.mode_e.then(|| opening(line)).transpose()?;
            meter
                .attach(&line.path, line.hdlc(), hdlc, opening)
                .map_err(|error| unavailable(&line.path, &error))?;
            ready(line.path.clone())?;
        }
        meters.push(meter);
    }
    for meter in meters {
        meter.wait();
    }
    Ok(())
}

/// The meter's suite, keys and certificates.
fn identity(args: &MeterArgs, suite: SecuritySuite) -> Result<Identity, Failure> {
    let all = |files: &[PathBuf]| -> Result<Vec<CertificateFile>, Failure> {
        files
            .iter()
            .map(|file| CertificateFile::read_all(file))
            .collect::<Result<Vec<_>, _>>()
            .map(|all| all.concat())
    };
    let (trust, known) = (all(&args.trust)?, all(&args.certificates)?);
    let signing = args.signing_key.as_deref().map(PrivateKey::read).transpose()?;
    if signing.as_ref().is_some_and(|key| key.suite != suite) {
        return Err(Failure::usage("--signing-key is not on the curve of --suite"));
    }
    Ok(Identity { suite, trust, known, signing })
}

fn unavailable(place: &str, error: &std::io::Error) -> Failure {
    Failure::new(FailureKind::Link, format!("cannot listen at {place}: {error}"))
}

/// What the meter says of itself at its optical head: it goes on at the speed of the line.
fn opening(line: &SerialLine) -> Result<OpeningServerSettings, Failure> {
    let baud = BaudCharacter::at_most(line.hdlc().baud);
    let identification = Identification::new(*b"MAC", baud, b"2", b"VIRTUAL-METER");
    let identification = identification.map_err(|error| Failure::usage(error.to_string()))?;
    Ok(OpeningServerSettings::hdlc(identification))
}

/// The address with its port moved on by `number`; port 0 takes any port each time.
fn next_address(address: &str, number: u16) -> Result<String, Failure> {
    let (host, port) = address.rsplit_once(':').ok_or_else(|| Failure::usage("an address is HOST:PORT"))?;
    let port: u16 = port.parse().map_err(|_| Failure::usage("a port is a number up to 65535"))?;
    let port = match port {
        0 => 0,
        port => port.checked_add(number).ok_or_else(|| Failure::usage("more meters than ports"))?,
    };
    Ok(format!("{host}:{port}"))
}

fn show_secrets(suite: SecuritySuite, output: &Output) -> Result<(), Failure> {
    let key = |key| hex::to_text(&keys::in_suite(key, suite));
    let password = String::from_utf8_lossy(keys::PASSWORD).into_owned();
    let secrets = json!({
        "system-title": hex::to_text(&keys::METER_TITLE.0),
        "encryption-key": key(&keys::EK),
        "broadcast-key": key(&keys::BK),
        "authentication-key": key(&keys::AK),
        "key-encryption-key": key(&keys::KEK),
        "password": password,
    });
    output.print(&secrets, |secrets| {
        let lines = secrets.as_object().into_iter().flatten();
        lines.map(|(name, value)| format!("{name:20} {}\n", value.as_str().unwrap_or_default())).collect()
    })
}
