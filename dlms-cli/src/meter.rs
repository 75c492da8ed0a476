use dlms_security::Protection;
use serde_json::json;

use crate::failure::{Failure, FailureKind};
use crate::hex;
use crate::output::Output;
use crate::virtual_meter::{Options, RunningMeter, keys};

/// Runs the virtual meter: a household's, with a load profile of thirty days, a breaker and a clock.
///
/// Prints `ready ADDR` when it listens. Its clients: 16 (public, reads only), 32 (password), 1 (HLS with GMAC, by the
/// policy), 5 (HLS with GMAC, any protection).
///
/// Example: dlms meter --tcp 127.0.0.1:4059
#[derive(Debug, clap::Args)]
pub(crate) struct MeterArgs {
    /// Listen for the wrapper on TCP; port 0 takes any.
    #[arg(long, value_name = "ADDR")]
    tcp: Option<String>,
    /// Listen for HDLC on TCP.
    #[arg(long, value_name = "ADDR")]
    hdlc_tcp: Option<String>,
    /// Listen on a serial line.
    #[arg(long, value_name = "PATH")]
    serial: Option<String>,
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
    for (flag, given) in [("--hdlc-tcp", &args.hdlc_tcp), ("--serial", &args.serial)] {
        if given.is_some() {
            return Err(Failure::unsupported(format!("{flag} is not built yet; use --tcp")));
        }
    }
    if args.show_secrets {
        show_secrets(output)?;
    }
    let address = args.tcp.as_deref().unwrap_or("127.0.0.1:4059");
    let mut meters = Vec::new();
    for number in 0..args.count.max(1) {
        let options = Options {
            seed: args.seed.wrapping_add(u64::from(number)),
            speed: args.speed,
            policy: args.policy,
            pdu_size: args.pdu_size,
        };
        let address = next_address(address, number)?;
        let audit = args.audit;
        let meter = RunningMeter::start(options, address.as_str(), move |peer, event| {
            if audit {
                eprintln!("{peer} {event:?}");
            }
        });
        let meter =
            meter.map_err(|e| Failure::new(FailureKind::Link, format!("cannot listen at {address}: {e}")))?;
        let address = meter.address().to_string();
        output.print(&json!({"ready": address}), |_| format!("ready {address}\n"))?;
        meters.push(meter);
    }
    for meter in meters {
        meter.wait();
    }
    Ok(())
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

fn show_secrets(output: &Output) -> Result<(), Failure> {
    let password = String::from_utf8_lossy(keys::PASSWORD).into_owned();
    let secrets = json!({
        "system-title": hex::to_text(&keys::METER_TITLE.0),
        "encryption-key": hex::to_text(&keys::EK),
        "broadcast-key": hex::to_text(&keys::BK),
        "authentication-key": hex::to_text(&keys::AK),
        "key-encryption-key": hex::to_text(&keys::KEK),
        "password": password,
    });
    output.print(&secrets, |secrets| {
        let lines = secrets.as_object().into_iter().flatten();
        lines.map(|(name, value)| format!("{name:20} {}\n", value.as_str().unwrap_or_default())).collect()
    })
}
