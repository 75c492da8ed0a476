use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use cosem_classes::model::{Objects, write_whole};
use cosem_classes::push_setup::{PushOperationMethod, Schedule, Settings, Step, TransportService};
use dlms::server::Push;
use dlms_core::apdu::LongInvokeIdAndPriority;
use dlms_core::codec::{Decode, Writer};
use dlms_core::data::{Data, DateTime};
use dlms_io::Clock;
use dlms_io::blocking::{push_tcp, push_udp};
use dlms_security::Protection;
use obis::ObisCode;

use super::Meter;
use super::objects::CLOCK;

/// The client that pushes are for, where the Push setup does not say.
const CLIENT: u16 = 103;
/// The longest sleep of a push that waits.
const TICK: Duration = Duration::from_millis(100);

/// Which push is the next, of all meters.
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Pushes what the object `setup` lists as soon as it may be, on a thread of its own, protected as the management
/// client's messages are; tells on stderr if it is given up.
pub(super) fn start(
    devices: Arc<Mutex<Vec<Meter>>>,
    setup: ObisCode,
    protection: Protection,
    ended: Arc<AtomicBool>,
) {
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    thread::spawn(move || {
        if let Err(reason) = push(&devices, setup, id, protection, &ended) {
            eprintln!("push {setup}: {reason}");
        }
    });
}

fn push(
    devices: &Arc<Mutex<Vec<Meter>>>,
    setup: ObisCode,
    id: u32,
    protection: Protection,
    ended: &AtomicBool,
) -> Result<(), String> {
    let clock = Clock::start();
    let mut schedule = Schedule::new();
    schedule.trigger();
    while !ended.load(Ordering::Relaxed) {
        let (settings, step, time) = {
            let mut devices = lock(devices);
            let meter = devices.first_mut().ok_or("no meter")?;
            let settings = settings(meter, setup).ok_or("the push setup object cannot be read")?;
            let time = time(meter);
            let local = time.and_then(DateTime::local_seconds).unwrap_or(0);
            let step = schedule.poll(&settings, &mut meter.crypto, local, clock.now());
            (settings, step.map_err(|error| error.to_string())?, time)
        };
        match step {
            Step::Wait(None) => return Ok(()),
            Step::Wait(Some(until)) => {
                thread::sleep(until.since(clock.now()).clamp(Duration::from_millis(1), TICK));
                continue;
            }
            Step::Push => {}
        }
        let confirmed = settings.operation_method == PushOperationMethod::Confirmed;
        let long_invoke_id = match confirmed {
            true => LongInvokeIdAndPriority::confirmed(id),
            false => LongInvokeIdAndPriority::unconfirmed(id),
        };
        let client = settings.push_client_sap.filter(|sap| *sap != 0).unwrap_or(CLIENT);
        let what = Push { date_time: time, protection, ..Push::new(setup, client, long_invoke_id) };
        let destination = settings.destination.as_text().ok_or("the destination is no text")?;
        let sent = match settings.transport_service {
            TransportService::Tcp => push_tcp(destination, devices, &what),
            TransportService::Udp => push_udp(destination, devices, &what),
            other => return Err(format!("transport service {} is not built", other.name())),
        };
        match sent {
            Ok(()) => schedule.succeeded(),
            Err(error) if !schedule.failed(&settings, clock.now()) => return Err(error.to_string()),
            Err(_) => {}
        }
    }
    Ok(())
}

fn settings(meter: &Meter, setup: ObisCode) -> Option<Settings> {
    let object = meter.objects.at(meter.objects.find(40, setup)?)?;
    Settings::read(object, &mut [0; 1024]).ok()
}

/// What the meter's clock shows.
fn time(meter: &Meter) -> Option<DateTime> {
    let object = meter.objects.at(meter.objects.find(8, CLOCK)?)?;
    let mut octets = [0; 16];
    let mut w = Writer::new(&mut octets);
    write_whole(object, 2, None, &mut w).ok()?;
    Data::from_bytes(w.stored()).ok()?.as_date_time()
}

fn lock(devices: &Mutex<Vec<Meter>>) -> MutexGuard<'_, Vec<Meter>> {
    devices.lock().unwrap_or_else(PoisonError::into_inner)
}
