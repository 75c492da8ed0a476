//! Registers, clocks, breakers and images by their names, over a real socket, blocking and not.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use core::net::SocketAddr;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use cosem_classes::clock::PresetTime;
use cosem_classes::disconnect_control::ControlState;
use cosem_classes::image_transfer::ImageTransferStatus;
use dlms::client::image::{ImageOptions, ImageStage};
use dlms::client::{ClientError, ImageRefusal, Refusal};
use dlms_core::apdu::AttributeDescriptor;
use dlms_core::data::{DateTime, Deviation};
use dlms_io::blocking::{self, Error};
use dlms_io::{Correction, Habits, SynchronisationPolicy};
use obis::ObisCode;
use support::{
    BREAKER, CLOCK, ENERGY, IMAGE, LOAD_NAME, Level, VOLTAGE, by_short_names, config, counters, devices,
    meter, provider, with_meter,
};

const BEGIN: i64 = 1_700_000_000;

const fn named(attribute: AttributeDescriptor) -> ObisCode {
    attribute.logical_name
}

fn firmware(octets: u32) -> Vec<u8> {
    let mut firmware: Vec<u8> = (0..octets).map(|i| (i / 3).to_le_bytes()[0]).collect();
    *firmware.last_mut().unwrap() = b'!';
    firmware
}

#[test]
fn registers_have_their_units() {
    with_meter(config(Level::Hls), |meter| {
        let energy = meter.read_register(named(ENERGY.value().descriptor())).unwrap();
        assert_eq!(energy.to_string(), "123456 Wh");
        assert_eq!(meter.read_register(named(VOLTAGE.value().descriptor())).unwrap().to_string(), "230.1 V");
        assert!(matches!(meter.read_register(LOAD_NAME), Err(Error::Client(ClientError::Refused(_)))));
    });
}

#[test]
fn clocks_are_set_shifted_and_adjusted() {
    for config in [config(Level::Hls), by_short_names(Level::Hls)] {
        with_meter(config, |meter| {
            let mut clock = meter.clock(named(CLOCK.time().descriptor()));
            let shows =
                |clock: &mut blocking::Clock<'_, _, _, _, _>| clock.time().unwrap().utc_seconds().unwrap();
            clock.set(BEGIN).unwrap();
            assert!((0..60).contains(&(shows(&mut clock) - BEGIN)));
            assert_eq!(clock.time().unwrap().deviation, Deviation(-60));
            clock.shift(-600).unwrap();
            assert!((-600..-540).contains(&(shows(&mut clock) - BEGIN)));

            let policy = SynchronisationPolicy { tolerance: 60, ..SynchronisationPolicy::default() };
            let done = clock.synchronise(BEGIN, policy).unwrap();
            assert!(matches!(done.correction, Correction::Shifted(540..=600)), "{done:?}");
            assert_eq!(clock.synchronise(BEGIN, policy).unwrap().correction, Correction::None);
            let done = clock.synchronise(BEGIN + 86_400, policy).unwrap();
            assert_eq!(done.correction, Correction::Set);
            assert!((-86_400..-86_340).contains(&done.ahead.unwrap()));

            // 22:13:20 of that day.
            clock.adjust_to_minute().unwrap();
            assert!((0..60).contains(&(shows(&mut clock) - (BEGIN + 86_400 - 20))));
            clock.set(BEGIN).unwrap();
            clock.adjust_to_quarter().unwrap();
            assert!((0..60).contains(&(shows(&mut clock) - (BEGIN + 100))));
            clock.adjust_to_measuring_period().unwrap();
            let at = |seconds| DateTime::from_utc_seconds(BEGIN + seconds, Deviation(-60));
            let preset = PresetTime {
                preset_time: at(7_200),
                validity_interval_start: at(0),
                validity_interval_end: at(3_600),
            };
            clock.preset(&preset).unwrap();
            clock.adjust_to_preset_time().unwrap();
            assert!((0..60).contains(&(shows(&mut clock) - (BEGIN + 7_200))));
            assert!(matches!(
                clock.adjust_to_preset_time(),
                Err(Error::Client(ClientError::Refused(Refusal::Action(_))))
            ));
        });
    }
}

#[test]
fn a_meter_that_counts_its_deviation_the_other_way_is_understood() {
    with_meter(config(Level::Hls), |meter| {
        meter.set_habits(Habits { deviation_reversed: true, ..Habits::default() });
        let clock = named(CLOCK.time().descriptor());
        // What the meter calls -60 is one hour west of Greenwich then: all it shows is two hours later.
        meter.set(CLOCK.time(), &DateTime::from_utc_seconds(BEGIN, Deviation(-60))).unwrap();
        let time = meter.clock(clock).time().unwrap();
        assert_eq!(time.deviation, Deviation(60));
        assert!((7_200..7_260).contains(&(time.utc_seconds().unwrap() - BEGIN)));
        meter.clock(clock).set(BEGIN).unwrap();
        let local = meter.get(CLOCK.time()).unwrap().local_seconds().unwrap();
        assert!((-3_600..-3_540).contains(&(local - BEGIN)));
    });
}

#[test]
fn breakers_are_switched() {
    with_meter(config(Level::Hls), |meter| {
        let mut breaker = meter.breaker(named(BREAKER.control_state().descriptor()));
        breaker.disconnect().unwrap();
        assert_eq!(breaker.state().unwrap(), ControlState::Disconnected);
        assert!(!breaker.output_state().unwrap());
        breaker.reconnect().unwrap();
        assert_eq!(breaker.state().unwrap(), ControlState::Connected);
        assert_eq!(breaker.mode().unwrap().0, 4);
    });
}

#[test]
fn lists_have_as_many_items_as_the_meter_takes() {
    with_meter(config(Level::None), |meter| {
        meter.set_habits(Habits { list_items: 3, ..Habits::default() });
        let before = meter.client().statistics().round_trips;
        let answers = meter.read_all([ENERGY.value().descriptor(); 8]).unwrap();
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(meter.client().statistics().round_trips - before, 3);
    });
}

#[test]
fn images_are_transferred() {
    for config in [config(Level::Hls), by_short_names(Level::Hls), config(Level::None)] {
        with_meter(config, |meter| {
            let firmware = firmware(2_345);
            let mut seen = Vec::new();
            let mut image = meter.image(IMAGE);
            let done = image.transfer(b"FW-2", &firmware, |progress| seen.push(progress)).unwrap();
            assert_eq!((done.stage, done.blocks, done.sent), (ImageStage::Activated, 24, 24));
            assert!(seen.is_sorted_by_key(|progress| progress.there));
            assert_eq!(seen.last(), Some(&done));
            assert_eq!(image.status().unwrap(), ImageTransferStatus::ActivationSuccessful);
            let error = image.transfer(b"FW-2", b"bad", |_| {}).unwrap_err();
            let refused = ClientError::Refused(Refusal::Image(ImageRefusal::Verification));
            assert!(matches!(error, Error::Client(error) if error == refused));
        });
    }
}

/// A way to the meter that breaks after so many octets to it.
fn breaking(meter: SocketAddr, octets: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut meter = TcpStream::connect(meter).unwrap();
        let (mut answers, mut back) = (meter.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || std::io::copy(&mut answers, &mut back));
        let mut chunk = [0; 64];
        let mut left = octets;
        while let Ok(read @ 1..) = client.read(&mut chunk) {
            meter.write_all(&chunk[..read]).unwrap();
            left = left.saturating_sub(read);
            if left == 0 {
                break;
            }
        }
        for end in [client, meter] {
            let _ = end.shutdown(Shutdown::Both);
        }
    });
    address
}

#[test]
fn a_transfer_goes_on_over_the_next_connection() {
    let server = blocking::Server::bind("127.0.0.1:0", devices()).unwrap();
    let (address, stopper) = (server.local_addr(), server.stopper());
    let serving = thread::spawn(move || server.run(|_, _| {}));
    let firmware = firmware(10_000);
    let transfer = |address| {
        let mut meter = blocking::connect_tcp(address, config(Level::Hls), provider(), counters()).unwrap();
        meter.associate().unwrap();
        meter.image(IMAGE).transfer(b"FW-2", &firmware, |_| {})
    };
    let lost = transfer(breaking(address, 6_000)).unwrap_err();
    assert!(matches!(lost, Error::Client(ClientError::Link(_)) | Error::Io(_)), "{lost:?}");
    let done = transfer(address).unwrap();
    assert_eq!((done.stage, done.blocks), (ImageStage::Activated, 100));
    assert!((30..70).contains(&done.sent), "{done:?}");
    stopper.stop();
    serving.join().unwrap();
}

#[tokio::test]
async fn all_of_it_in_tasks() {
    let mut meter = meter().await;
    let energy = meter.read_register(named(ENERGY.value().descriptor())).await.unwrap();
    assert_eq!(energy.to_string(), "123456 Wh");

    let mut clock = meter.clock(named(CLOCK.time().descriptor()));
    clock.set(BEGIN).await.unwrap();
    let ahead = clock.time().await.unwrap().utc_seconds().unwrap() - BEGIN;
    assert!((0..60).contains(&ahead), "{ahead}");
    let done = clock.synchronise(BEGIN + 300, SynchronisationPolicy::default()).await.unwrap();
    assert!(matches!(done.correction, Correction::Shifted(240..=300)), "{done:?}");
    clock.adjust_to_minute().await.unwrap();

    let mut breaker = meter.breaker(named(BREAKER.control_state().descriptor()));
    breaker.disconnect().await.unwrap();
    assert_eq!(breaker.state().await.unwrap(), ControlState::Disconnected);
    breaker.reconnect().await.unwrap();
    assert!(breaker.output_state().await.unwrap());

    let firmware = firmware(999);
    let options = ImageOptions { poll_interval: 1, ..ImageOptions::default() };
    let mut image = meter.image(IMAGE).with_options(options);
    let mut told = 0;
    let done = image.transfer(b"FW-2", &firmware, |_| told += 1).await.unwrap();
    assert_eq!((done.stage, done.sent), (ImageStage::Activated, 10));
    assert!(told > 10);
    assert_eq!(image.status().await.unwrap(), ImageTransferStatus::ActivationSuccessful);
}
