//! `dlms demo`: a tour of the built-in meter.

mod day;
mod recorder;
mod replay;
mod step;
mod style;

use std::net::TcpStream;

use obis::{ObisCode, obis};
use serde_json::{Value, json};

use crate::breaker::{self, Action};
use crate::connection::{ConnectionFlags, Settings};
use crate::failure::{Failure, FailureKind};
use crate::hex;
use crate::nameplate;
use crate::output::Output;
use crate::read;
use crate::reference::Reference;
use crate::session::{Session, transport};
use crate::trace::Watchers;
use crate::virtual_meter::{LOAD_PROFILE, RunningMeter};

use recorder::Recorder;
use step::{Shown, Tour};

/// Values that a household's meter is read for.
const QUANTITIES: [ObisCode; 6] = [
    obis!("1-0:1.8.0.255"),
    obis!("1-0:1.8.1.255"),
    obis!("1-0:1.8.2.255"),
    obis!("1-0:2.8.0.255"),
    obis!("1-0:1.7.0.255"),
    obis!("1-0:32.7.0.255"),
];
const REGISTER: u16 = 3;

/// Shows what there is to see, with the built-in meter over a real socket: an association with keys, values with
/// units, a day of load profile, the breaker, and an attack that fails.
///
/// Example: dlms demo
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {}

/// Runs `dlms demo`.
pub(crate) fn run(_: &DemoArgs, output: &Output) -> Result<(), Failure> {
    let link = |error: std::io::Error| Failure::new(transport(&error).kind(), error.to_string());
    let (meter, address) =
        RunningMeter::on_loopback(dlms_core::crypto::SecuritySuite::Suite0).map_err(link)?;
    let stream = TcpStream::connect(address).map_err(link)?;
    stream.set_nodelay(true).map_err(link)?;
    // A second handle on the same connection, for what no client would do.
    let socket = stream.try_clone().map_err(link)?;
    let recorder = Recorder::default();
    let watchers = Watchers::one(Box::new(recorder.clone()));
    let settings = Settings::new(ConnectionFlags::default())?;

    let mut tour = Tour::new(format!("The built-in meter listens on TCP at {address}."));
    let mut session =
        tour.first("Associate: HLS with GMAC, and every message authenticated and encrypted", || {
            let session = Session::over(settings, stream, watchers)?;
            let shown = association(&session);
            Ok((session, shown))
        })?;
    tour.step(&mut session, "Nameplate", |session| {
        let nameplate = nameplate::read(session)?;
        Ok(Shown { text: nameplate.text(), json: nameplate.to_json() })
    })?;
    tour.step(&mut session, "Energies, power and voltage, with their units, in one request", |session| {
        let what = QUANTITIES.map(|obis| Reference { obis, class: Some(REGISTER), member: None });
        let items = read::read(session, &what)?;
        let json = items.iter().map(read::Item::to_json).collect::<Result<Value, _>>()?;
        Ok(Shown { text: read::table(&items), json })
    })?;
    // A read, which does no harm when it comes again.
    let recorded = recorder.last_sent();
    tour.step(&mut session, "The last day of the load profile: energy taken in each hour", |session| {
        day::show(session, LOAD_PROFILE)
    })?;
    for (title, action) in [("Breaker off", Action::Disconnect), ("Breaker on again", Action::Reconnect)] {
        tour.step(&mut session, title, |session| {
            let status = breaker::act_on_main(session, action)?;
            Ok(Shown { text: format!("{}\n", status.text()), json: status.to_json() })
        })?;
    }
    tour.aside("An attacker who listened sends the request for the energies once more", || {
        replay::show(&socket, &recorded)
    })?;
    tour.step(&mut session, "The association still stands: the clock", |session| {
        let (time, _) = crate::clock::read(session)?;
        Ok(Shown { text: format!("{time}\n"), json: json!({"text": time.to_string()}) })
    })?;
    session.release();
    drop(meter);
    output.print(&tour.to_json(), |_| tour.text())
}

fn association(session: &Session) -> Shown {
    let negotiated = session.negotiated();
    let title = negotiated.server_title.map(|title| hex::to_text(&title.0)).unwrap_or_default();
    let services: Vec<_> = negotiated.conformance.names().collect();
    Shown {
        text: format!("the meter {title} offers {}\n", services.join(", ")),
        json: json!({"server-system-title": title, "conformance": services}),
    }
}

/// A failure of the tour itself: something did not go as it must.
fn unexpected(what: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Decode, what)
}
