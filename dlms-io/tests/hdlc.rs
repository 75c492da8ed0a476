//! The drivers over HDLC: a link with connections, acknowledgements and timers of its own.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use core::pin::pin;
use core::time::Duration;
use std::io::Read;
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Instant;

use dlms::client::{Client, ClientError};
use dlms::server::Connection;
use dlms_core::codec::Encode;
use dlms_core::data::{Any, Array};
use dlms_core::link::LinkError;
use dlms_hdlc::{Parameters, Primary, PrimarySettings, Secondary, SecondarySettings};
use dlms_io::blocking::{Meter, Server};
use dlms_io::{Error, ServerConfig};
use support::{
    ENERGY, LOAD, Level, MeterDevice, ROWS, VOLTAGE, config, counters, device, poll_times, provider,
};
use tokio::io::duplex;

const SMALL: Parameters = Parameters::symmetric(40, 3);

fn primary(settings: PrimarySettings) -> Primary<[u8; 160]> {
    Primary::new(settings, [0; 160])
}

fn secondary() -> Secondary<[u8; 160]> {
    Secondary::new(SecondarySettings { parameters: SMALL, ..SecondarySettings::DEFAULT }, [0; 160])
}

fn client(settings: PrimarySettings, level: Level) -> support::TestClient<Primary<[u8; 160]>> {
    Client::new(primary(settings), config(level), provider(), counters(), Vec::new(), Vec::new())
}

#[test]
fn a_meter_is_read_over_hdlc_through_tcp() {
    let devices = Mutex::new(vec![device()]);
    let server = Server::bind("127.0.0.1:0", &devices).unwrap().with_link(secondary);
    let (address, stopper) = (server.local_addr(), server.stopper());
    std::thread::scope(|scope| {
        scope.spawn(move || server.run(|_, _| {}));
        for level in Level::ALL {
            let transport = TcpStream::connect(address).unwrap();
            let mut meter = Meter::new(transport, client(PrimarySettings::DEFAULT, level));
            meter.associate().unwrap();
            let rows = meter.get(LOAD.buffer().of::<Array<Any>>()).unwrap();
            assert_eq!(rows.len(), ROWS as usize);
            // The connection is opened again for the next association.
            meter.release().unwrap();
            meter.associate().unwrap();
            meter.set(ENERGY.value(), &dlms_core::data::Data::DoubleLongUnsigned(5)).unwrap();
            assert_eq!(meter.get(ENERGY.value().of::<u32>()).unwrap(), 5);
            meter.close().unwrap();
        }
        stopper.stop();
    });
}

#[test]
fn a_line_without_answer_is_given_up_after_the_repetitions() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let transport = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let settings = PrimarySettings { retries: 2, response_time_out: 100, ..PrimarySettings::DEFAULT };
    let mut meter = Meter::new(transport, client(settings, Level::None));
    let begin = Instant::now();
    let error = meter.associate().unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Link(LinkError::NoAnswer))), "{error}");
    assert!((Duration::from_millis(290)..Duration::from_secs(5)).contains(&begin.elapsed()));
    drop(meter);
    let mut sent = Vec::new();
    listener.accept().unwrap().0.read_to_end(&mut sent).unwrap();
    let frames: Vec<_> =
        dlms_hdlc::frames(&sent).map(|located| located.frame.unwrap().control().kind).collect();
    assert_eq!(frames, [dlms_hdlc::FrameKind::Snrm; 3]);
}

#[test]
fn a_line_that_falls_silent_in_a_frame_ends_in_time() {
    let devices: Mutex<Vec<MeterDevice>> = Mutex::new(vec![device()]);
    let config = ServerConfig { inactivity_time_out: 200, ..ServerConfig::default() };
    let server = Server::bind("127.0.0.1:0", &devices).unwrap().with_link(secondary).with_config(config);
    let (address, stopper) = (server.local_addr(), server.stopper());
    std::thread::scope(|scope| {
        scope.spawn(move || server.run(|_, _| {}));
        let mut line = TcpStream::connect(address).unwrap();
        std::io::Write::write_all(&mut line, &[0x7e, 0xa0, 0x20, 0x03]).unwrap();
        line.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        assert_eq!(line.read(&mut [0; 8]).unwrap(), 0);
        stopper.stop();
    });
}

#[tokio::test(start_paused = true)]
async fn futures_dropped_anywhere_leave_the_link_in_step() {
    for level in [Level::None, Level::Hls] {
        for polls in 0.. {
            let (ours, theirs) = duplex(6);
            tokio::spawn(async move {
                let devices = Mutex::new(vec![device()]);
                let mut connection = Connection::<_, Vec<u8>, 1>::new(secondary(), Vec::new(), Vec::new());
                dlms_io::tokio::serve(theirs, &mut connection, &devices, |_| {}).await
            });
            let settings = PrimarySettings { parameters: SMALL, ..PrimarySettings::DEFAULT };
            let mut meter = dlms_io::tokio::Meter::new(ours, client(settings, level));
            if poll_times(pin!(meter.associate()), polls).await.is_none() {
                meter.associate().await.unwrap();
            }
            let _ = poll_times(pin!(meter.get(LOAD.capture_objects())), polls).await;
            assert_eq!(meter.get(VOLTAGE.value().of::<u16>()).await.unwrap(), 2_301, "after {polls} polls");
            let released = poll_times(pin!(meter.release()), polls).await;
            if released.is_none() {
                meter.release().await.unwrap();
            }
            meter.associate().await.unwrap();
            let objects = meter.get(LOAD.capture_objects()).await.unwrap().encode_to_vec();
            assert_eq!(objects[..2], [1, 2]);
            meter.close().await.unwrap();
            if released.is_some() && polls > 50 {
                break;
            }
        }
    }
}
