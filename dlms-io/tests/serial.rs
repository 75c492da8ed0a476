//! Serial ports and mode E, over pseudo terminals: at once what a line takes its time for.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::thread;

use dlms::server::Connection;
use dlms_core::data::{Any, Array};
use dlms_hdlc::{Parameters, PrimarySettings, Secondary, SecondarySettings};
use dlms_io::{OpenError, blocking, tokio as driver};
use iec62056_21::{
    BaudCharacter, Identification, LineSettings, OpeningError, OpeningServer, OpeningServerSettings,
    OpeningSettings,
};
use serialport::{SerialPort, TTYPort};
use support::{LOAD, Level, ROWS, VOLTAGE, config, counters, device, provider};

const LINE: LineSettings = LineSettings::eight_none_one(19_200);
const SETTINGS: PrimarySettings =
    PrimarySettings { parameters: Parameters::symmetric(128, 3), ..PrimarySettings::DEFAULT };

/// Two ports with a line between them, until it is dropped.
struct Ports {
    paths: [String; 2],
    over: Arc<AtomicBool>,
}

impl Ports {
    fn new() -> Self {
        let [(one, one_end), (two, two_end)] = [(); 2].map(|()| TTYPort::pair().unwrap());
        let paths = [&one_end, &two_end].map(|end| end.name().unwrap());
        let over = Arc::new(AtomicBool::new(false));
        let copies = [&one, &two].map(|port| port.try_clone_native().unwrap());
        let [one_again, two_again] = copies;
        for (mut from, mut to, end) in [(one, two, one_end), (two_again, one_again, two_end)] {
            let over = Arc::clone(&over);
            from.set_timeout(Duration::from_millis(20)).unwrap();
            thread::spawn(move || {
                // While the other end is held the line stays.
                let _end = end;
                let mut octets = [0; 256];
                while !over.load(Ordering::Relaxed) {
                    let Ok(count) = from.read(&mut octets) else { continue };
                    to.write_all(&octets[..count]).unwrap();
                }
            });
        }
        Self { paths, over }
    }
}

impl Drop for Ports {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn connection() -> Connection<Secondary<Vec<u8>>, Vec<u8>, 1> {
    let settings = SecondarySettings::DEFAULT.at_baud(LINE.baud).with_gaps(200);
    Connection::new(Secondary::new(settings, Vec::new()), Vec::new(), Vec::new())
}

fn opening() -> OpeningServer {
    let identification =
        Identification::new(*b"TSt", BaudCharacter::at_most(LINE.baud), b"2", b"METER").unwrap();
    OpeningServer::new(OpeningServerSettings::hdlc(identification))
}

#[test]
fn a_meter_at_a_port_is_read_by_both_drivers() {
    let ports = Ports::new();
    let path = ports.paths[1].clone();
    // The meter's thread ends with the process.
    thread::spawn(move || {
        let devices = Mutex::new(vec![device()]);
        let port = blocking::SerialPort::open(&path, LINE).unwrap();
        let mut connection = connection().with_inactivity_time_out(0);
        blocking::serve(port, &mut connection, &devices, |_| {})
    });
    for level in Level::ALL {
        let (config, path) = (config(level), &ports.paths[0]);
        let mut meter =
            blocking::connect_serial(path, LINE, SETTINGS, config, provider(), counters()).unwrap();
        meter.associate().unwrap();
        assert_eq!(meter.get(LOAD.buffer().of::<Array<Any>>()).unwrap().len(), ROWS as usize);
        meter.close().unwrap();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (config, path) = (config(Level::Hls), &ports.paths[0]);
        let mut meter = driver::connect_serial(path, LINE, SETTINGS, config, provider(), counters()).unwrap();
        meter.associate().await.unwrap();
        assert_eq!(meter.get(VOLTAGE.value().of::<u16>()).await.unwrap(), 2_301);
        meter.close().await.unwrap();
    });
}

#[test]
fn mode_e_opens_a_port_for_both_drivers() {
    let ports = Ports::new();
    let path = ports.paths[1].clone();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let devices = Mutex::new(vec![device()]);
            let port = driver::SerialPort::open(&path, LineSettings::INITIAL).unwrap();
            driver::serve_mode_e(port, &mut opening(), connection, &devices, |_| {}).await
        })
    });
    let path = &ports.paths[0];
    let mut meter = blocking::connect_mode_e(
        path,
        OpeningSettings::HDLC,
        SETTINGS,
        config(Level::Lls),
        provider(),
        counters(),
    )
    .unwrap();
    meter.associate().unwrap();
    assert_eq!(meter.get(VOLTAGE.value().of::<u16>()).unwrap(), 2_301);
    meter.close().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (config, opening) = (config(Level::None), OpeningSettings::HDLC);
        let meter = driver::connect_mode_e(path, opening, SETTINGS, config, provider(), counters());
        let mut meter = meter.await.unwrap();
        meter.associate().await.unwrap();
        assert_eq!(meter.get(VOLTAGE.value().of::<u16>()).await.unwrap(), 2_301);
        meter.close().await.unwrap();
    });
}

#[test]
fn a_port_at_which_nobody_answers_is_a_clear_error() {
    let ports = Ports::new();
    let opening = OpeningSettings { retries: 1, response_time_out: 100, ..OpeningSettings::HDLC };
    let [path, _] = &ports.paths;
    let opened =
        blocking::connect_mode_e(path, opening, SETTINGS, config(Level::None), provider(), counters());
    assert!(matches!(opened.unwrap_err(), OpenError::Opening(OpeningError::NoAnswer)));
    let nowhere = "/dev/there-is-no-such-port";
    let config = config(Level::None);
    assert!(blocking::connect_serial(nowhere, LINE, SETTINGS, config, provider(), counters()).is_err());
}
