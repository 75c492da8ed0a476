//! Blocking client and server over a real socket.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

use cosem_classes::disconnect_control::ControlState;
use cosem_classes::profile_generic::EntryDescriptor;
use cosem_classes::{ScalerUnit, Unit};
use dlms::client::{Access, AccessOptions, ClientError, Misuse, Recipients, Refusal, Timer, Unconfirmed};
use dlms::server::{Connection, Event};
use dlms_core::apdu::{AccessResult, ActionResult, AttributeSelection, DataAccessResult, GetDataResult};
use dlms_core::codec::{Decode, Encode};
use dlms_core::data::{Data, DateTime, Deviation};
use dlms_core::link::LinkError;
use dlms_io::blocking::{self, Error, Meter, Server, Stopper, connect_tcp, connect_udp};
use dlms_io::{Observer, ServerConfig};
use support::{
    BREAKER, CLOCK, Devices, ENERGY, LOAD, Level, Provider, ROWS, VOLTAGE, by_short_names, config, counters,
    devices, provider, row, whole_profile,
};

type RowArray = dlms_core::data::Array<dlms_core::data::Any>;
type TcpMeter = blocking::TcpMeter<Provider, dlms_security::RamCounters>;
type Log = Arc<Mutex<Vec<(SocketAddr, Event)>>>;

/// A server on a thread, ended when it goes.
struct Running {
    address: SocketAddr,
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
    log: Log,
}

impl Running {
    fn start(devices: Devices, config: ServerConfig) -> Self {
        let server = Server::bind("127.0.0.1:0", devices).unwrap().with_config(config);
        let (address, stopper, log) = (server.local_addr(), server.stopper(), Log::default());
        let audit = Arc::clone(&log);
        let thread = std::thread::spawn(move || {
            server.run(|client, event| audit.lock().unwrap().push((client, event)))
        });
        Self { address, stopper, thread: Some(thread), log }
    }

    fn new() -> Self {
        Self::start(devices(), ServerConfig::default())
    }

    fn connect(&self, level: Level) -> TcpMeter {
        connect_tcp(self.address, config(level), provider(), counters()).unwrap()
    }

    fn stop(&mut self) {
        self.stopper.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    /// Waits for an event.
    fn wait_for(&self, wanted: impl Fn(&Event) -> bool) {
        let begin = Instant::now();
        while !self.log.lock().unwrap().iter().any(|(_, event)| wanted(event)) {
            assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", self.log.lock().unwrap());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

#[test]
fn a_meter_is_read_written_and_switched_at_every_level() {
    for level in Level::ALL {
        let server = Running::new();
        let mut meter = server.connect(level);
        let negotiated = meter.associate().unwrap();
        assert_eq!(negotiated.dlms_version, 6);

        assert_eq!(meter.get(ENERGY.scaler_unit()).unwrap(), ScalerUnit::new(0, Unit::WattHour));
        assert_eq!(meter.get(ENERGY.value()).unwrap(), Data::DoubleLongUnsigned(123_456));
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).unwrap(), 123_456);
        let encoding = meter.get_any(VOLTAGE.value().descriptor(), None).unwrap();
        assert_eq!(Data::from_bytes(encoding).unwrap(), Data::LongUnsigned(2_301));

        let buffer = meter.get(LOAD.buffer()).unwrap();
        assert_eq!(buffer.encode_to_vec(), whole_profile());
        assert!(meter.client().statistics().round_trips > 10, "in blocks");
        let mut room = [0; 40];
        let entries = EntryDescriptor::rows(2, 3).selective_access(&mut room).unwrap();
        let two = meter.get_selected(LOAD.buffer(), &entries).unwrap();
        assert_eq!(two.encode_to_vec(), [&[1, 2, 2, 2][..], &row(1), &[2, 2], &row(2)].concat());

        let list = [
            ENERGY.value().descriptor(),
            LOAD.capture_period().descriptor(),
            ENERGY.logical_name().descriptor(),
        ];
        let list = list.map(|attribute| AttributeSelection { attribute, selection: None });
        let values: Vec<_> = meter.get_list(&list).unwrap().iter().collect();
        assert_eq!(values[1], GetDataResult::Data(Data::DoubleLongUnsigned(3_600)));
        assert_eq!(values.len(), 3);

        let note = Data::DoubleLongUnsigned(77);
        let reads = [Access::get(LOAD.capture_period()); 70];
        let both = [Access::set(ENERGY.value(), &note), Access::get(ENERGY.value())];
        let mut given = Vec::new();
        let items = [&reads[..], &both].concat();
        let each = |number, result: AccessResult, value: Data<'_>| {
            assert!(result.is_success(), "{number}");
            given.push((number, value.encode_to_vec()));
        };
        meter.access(&items, AccessOptions::default(), each).unwrap();
        // In two requests, numbered through.
        assert_eq!(given.len(), 72);
        assert_eq!(given[69], (69, Data::DoubleLongUnsigned(3_600).encode_to_vec()));
        assert_eq!(given[71], (71, note.encode_to_vec()));

        meter.set(ENERGY.value(), &Data::DoubleLongUnsigned(5)).unwrap();
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).unwrap(), 5);
        meter.set_any(VOLTAGE.value().descriptor(), None, &2_299u16).unwrap();
        let results: Vec<_> = meter.set_list(&list[..2], &[&6u32, &false]).unwrap().iter().collect();
        assert_eq!(results, [DataAccessResult::Success, DataAccessResult::TypeUnmatched]);

        meter.invoke(BREAKER.remote_disconnect(), &0).unwrap();
        assert_eq!(meter.get(BREAKER.control_state()).unwrap(), ControlState::Disconnected);
        let reset = Unconfirmed::invoke(ENERGY.reset(), &0);
        meter
            .send(Recipients::Server, &Unconfirmed::set(ENERGY.value(), &Data::DoubleLongUnsigned(9)))
            .unwrap();
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).unwrap(), 9);
        meter.send(Recipients::All, &reset).unwrap();
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).unwrap(), 123_456);
        assert!(!meter.get(BREAKER.output_state()).unwrap());
        assert_eq!(meter.invoke_any(ENERGY.reset().descriptor(), &0i8).unwrap(), [0]);
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).unwrap(), 123_456);
        let methods = [ENERGY.reset().descriptor(), VOLTAGE.reset().descriptor()];
        let results = meter.invoke_list(&methods, &[&0i8, &0i8]).unwrap();
        assert!(results.iter().all(|item| item.result == ActionResult::Success));

        meter.release().unwrap();
        assert_eq!(meter.client().negotiated(), None);
        meter.associate().unwrap();
        meter.close().unwrap();
        server.wait_for(|event| matches!(event, Event::Closed));
    }
}

#[test]
fn short_names_are_asked_for_when_they_are_needed() {
    for level in Level::ALL {
        let server = Running::new();
        let mut meter = connect_tcp(server.address, by_short_names(level), provider(), counters()).unwrap();
        meter.associate().unwrap();
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).unwrap(), 123_456);
        let names = meter.client().statistics().round_trips;
        let mut value = Vec::new();
        meter.get_blocks(LOAD.buffer().descriptor(), None, |piece| value.extend_from_slice(piece)).unwrap();
        assert_eq!(value, whole_profile());
        let before = meter.client().statistics().round_trips;
        let list = [ENERGY.value().descriptor(), LOAD.capture_period().descriptor()];
        assert_eq!(meter.get_list(&list.map(AttributeSelection::whole)).unwrap().len(), 2);
        meter.set(ENERGY.value().of::<u32>(), &7).unwrap();
        meter.invoke(BREAKER.remote_disconnect(), &0).unwrap();
        assert!(!meter.get(BREAKER.output_state()).unwrap());
        // Once they are known, each request is one.
        assert_eq!(meter.client().statistics().round_trips, before + 4, "{names}");
        let unknown = dlms_core::apdu::AttributeDescriptor::new(3, obis::obis!("1-0:9.9.9.255"), 2);
        let error = meter.get_any(unknown, None).unwrap_err();
        assert!(matches!(error, Error::Client(ClientError::Misuse(Misuse::NoShortName))), "{error}");
        meter.release().unwrap();
    }
    // Nothing is asked for by a client that leaves.
    let server = Running::new();
    let mut meter = connect_tcp(server.address, by_short_names(Level::None), provider(), counters()).unwrap();
    meter.associate().unwrap();
    meter.release().unwrap();
    assert_eq!(meter.client().statistics().round_trips, 2);
}

#[test]
fn the_clock_is_set_without_touching_the_hosts() {
    let server = Running::new();
    let mut meter = server.connect(Level::Lls);
    meter.associate().unwrap();
    let set = DateTime::from_utc_seconds(1_000_000_000, Deviation(-60));
    meter.set(CLOCK.time(), &set).unwrap();
    let time = meter.get(CLOCK.time()).unwrap().utc_seconds().unwrap();
    assert!((1_000_000_000..1_000_000_060).contains(&time), "{time}");
}

#[test]
fn a_long_value_comes_block_by_block() {
    let server = Running::new();
    let mut meter = server.connect(Level::Hls);
    meter.associate().unwrap();
    let (mut pieces, mut value) = (0, Vec::new());
    meter
        .get_blocks(LOAD.buffer().descriptor(), None, |piece| {
            pieces += 1;
            value.extend_from_slice(piece);
        })
        .unwrap();
    assert_eq!(value, whole_profile());
    assert!(pieces > 10);
    value.clear();
    meter.get_blocks(ENERGY.value().descriptor(), None, |piece| value.extend_from_slice(piece)).unwrap();
    assert_eq!(value, 123_456u32.encode_to_vec());
    // The next value is kept again.
    assert_eq!(meter.get(LOAD.buffer().of::<RowArray>()).unwrap().len(), ROWS as usize);
}

#[test]
fn a_no_is_told_apart_from_a_failure() {
    let server = Running::new();
    let mut meter = server.connect(Level::None);
    let error = meter.get(ENERGY.value()).unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Misuse(Misuse::NotAssociated))));
    meter.associate().unwrap();
    let error = meter.set(ENERGY.value(), &Data::Boolean(true)).unwrap_err();
    let refused = ClientError::Refused(Refusal::DataAccess(DataAccessResult::TypeUnmatched));
    assert!(matches!(error, Error::Client(error) if error == refused), "{error}");
    let error = meter.get(VOLTAGE.value().of::<u32>()).unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Malformed(_))));
    assert_eq!(meter.get(VOLTAGE.value().of::<u16>()).unwrap(), 2_301);
}

#[test]
fn a_wrong_password_is_turned_away() {
    let server = Running::new();
    let mut config = config(Level::Lls);
    config.authentication = dlms::Authentication::Lls(dlms::Secret::new(b"wrong").unwrap());
    let mut meter = connect_tcp(server.address, config, provider(), counters()).unwrap();
    let error = meter.associate().unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Refused(Refusal::Association { .. }))), "{error}");
    server.wait_for(|event| matches!(event, Event::Rejected(..)));
}

#[test]
fn octets_on_the_line_are_counted_and_shown() {
    #[derive(Clone, Default)]
    struct Tape(Arc<Mutex<(Vec<u8>, Vec<u8>)>>);
    impl Observer for Tape {
        fn sent(&mut self, octets: &[u8]) {
            self.0.lock().unwrap().0.extend_from_slice(octets);
        }
        fn received(&mut self, octets: &[u8]) {
            self.0.lock().unwrap().1.extend_from_slice(octets);
        }
    }
    let server = Running::new();
    let mut meter = server.connect(Level::None);
    let tape = Tape::default();
    meter.observe(tape.clone());
    meter.associate().unwrap();
    meter.get(ENERGY.value()).unwrap();
    let tape = tape.0.lock().unwrap();
    assert_eq!((tape.0.len() as u64, tape.1.len() as u64), (meter.traffic().sent, meter.traffic().received));
    assert_eq!(tape.0[..6], [0, 1, 0, 16, 0, 1]);
    assert!(tape.1.ends_with(&[6, 0, 1, 0xe2, 0x40]));
    let statistics = meter.client().statistics();
    assert_eq!(meter.traffic().sent, statistics.sent + 2 * 8);
    assert_eq!(meter.traffic().received, statistics.received + 2 * 8);
}

/// Something at the other end that does what it is told.
fn peer(act: impl FnOnce(TcpStream) + Send + 'static) -> TcpMeter {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || act(listener.accept().unwrap().0));
    let mut config = config(Level::None);
    config.response_time_out = 200;
    connect_tcp(address, config, provider(), counters()).unwrap()
}

#[test]
fn a_peer_that_says_nothing_runs_into_the_time_out() {
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let mut meter = peer(move |_stream| {
        let _ = held.recv();
    });
    let begin = Instant::now();
    let error = meter.associate().unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Timeout(Timer::Response))), "{error}");
    assert!((Duration::from_millis(190)..Duration::from_secs(5)).contains(&begin.elapsed()));
    drop(hold);
}

#[test]
fn a_peer_that_goes_in_the_middle_of_an_answer_is_a_clear_error() {
    let mut meter = peer(|mut stream| {
        stream.read_exact(&mut [0; 20]).unwrap();
        stream.write_all(&[0, 1, 0, 1, 0, 16, 0, 40, 0x61, 0x29]).unwrap();
        // All that was sent is read, so that the end is an end and no reset.
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    for _ in 0..2 {
        let error = meter.associate().unwrap_err();
        assert!(matches!(error, Error::Client(ClientError::Link(LinkError::Disconnected))), "{error}");
        assert_eq!(error.to_string(), "link: the peer is disconnected");
    }
}

#[test]
fn a_peer_that_speaks_something_else_is_a_clear_error() {
    let mut meter = peer(|mut stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let error = meter.associate().unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Link(LinkError::Unframed(_)))), "{error}");
    let error = meter.associate().unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Link(LinkError::Disconnected))), "{error}");
}

#[test]
fn a_client_that_goes_or_talks_nonsense_does_not_disturb_the_others() {
    let server = Running::new();
    let mut steady = server.connect(Level::Hls);
    steady.associate().unwrap();

    // Asks for a long value and goes after its first block.
    let mut leaving = server.connect(Level::Hls);
    leaving.associate().unwrap();
    let mut stream = leaving.into_transport();
    stream.write_all(&[0, 1, 0, 1, 0, 1, 0, 50, 0xc8, 1]).unwrap();
    drop(stream);

    let mut noise = TcpStream::connect(server.address).unwrap();
    noise.write_all(&[0x7e; 100]).unwrap();
    assert!(matches!(noise.read(&mut [0; 10]), Ok(0) | Err(_)), "closed");
    server.wait_for(|event| matches!(event, Event::Line(LinkError::Unframed(_))));

    assert_eq!(steady.get(LOAD.buffer().of::<RowArray>()).unwrap().len(), ROWS as usize);
    let mut late = server.connect(Level::Lls);
    late.associate().unwrap();
    late.close().unwrap();
}

#[test]
fn a_header_that_never_ends_runs_into_inactivity() {
    let server =
        Running::start(devices(), ServerConfig { inactivity_time_out: 300, ..ServerConfig::default() });
    let mut slow = TcpStream::connect(server.address).unwrap();
    slow.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    let begin = Instant::now();
    // One octet at a time does not count as a message.
    let mut octets = [0u8, 1, 0, 16, 0, 1, 0, 200].iter().chain(core::iter::repeat(&0));
    while !matches!(slow.read(&mut [0; 1]), Ok(0)) {
        assert!(begin.elapsed() < Duration::from_secs(10));
        let _ = slow.write(&[*octets.next().unwrap()]);
        std::thread::sleep(Duration::from_millis(30));
    }
    assert!(begin.elapsed() >= Duration::from_millis(290));
    server.wait_for(|event| matches!(event, Event::Closed));
}

#[test]
fn more_clients_than_places_wait_for_their_turn() {
    let server = Running::start(devices(), ServerConfig { connections: 2, ..ServerConfig::default() });
    let address = server.address;
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(move || {
                let mut meter = connect_tcp(address, config(Level::Lls), provider(), counters()).unwrap();
                meter.associate().unwrap();
                assert_eq!(meter.get(ENERGY.value().of::<u32>()).unwrap(), 123_456);
                meter.close().unwrap();
            });
        }
    });
}

#[test]
fn a_server_that_is_stopped_lets_its_clients_know_and_returns() {
    let mut server = Running::new();
    let mut meter = server.connect(Level::None);
    meter.associate().unwrap();
    server.stop();
    let error = meter.get(ENERGY.value()).unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Link(_)) | Error::Io(_)), "{error}");
    assert!(TcpStream::connect(server.address).is_err());
    server.wait_for(|event| matches!(event, Event::Released(_)));
}

#[test]
fn a_panic_of_an_object_ends_its_connection_only() {
    struct Faulty;
    impl cosem_classes::data::Serve for Faulty {
        fn value(&self) -> cosem_classes::model::Answer<'_, dlms_core::data::Any> {
            panic!("a fault of the application's")
        }
    }
    let name = obis::obis!("0-0:96.1.0.255");
    let devices = devices();
    let faulty = cosem_classes::model::Instance::<cosem_classes::data::Data, _>::new(name, Faulty);
    devices.lock().unwrap()[0].objects.insert(faulty);
    let server = Running::start(devices, ServerConfig::default());
    let mut steady = server.connect(Level::None);
    steady.associate().unwrap();
    let mut unlucky = server.connect(Level::None);
    unlucky.associate().unwrap();
    let error = unlucky.get(cosem_classes::data::Data::at(name).value()).unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Link(_)) | Error::Io(_)), "{error}");
    assert_eq!(steady.get(ENERGY.value().of::<u32>()).unwrap(), 123_456);
}

#[test]
fn datagrams_carry_requests_too() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let mut meter = connect_udp(address, config(Level::Hls), provider(), counters()).unwrap();
    std::thread::spawn(move || {
        let (_, client) = socket.peek_from(&mut [0; 1]).unwrap();
        socket.connect(client).unwrap();
        // Neither empty datagrams nor those of another protocol disturb.
        socket.send(&[]).unwrap();
        socket.send(b"noise").unwrap();
        let link = dlms_wrapper::Datagram::new(dlms_wrapper::Role::Server);
        let mut connection = Connection::<_, Vec<u8>, 1>::new(link, Vec::new(), Vec::new());
        blocking::serve(blocking::Datagram::new(socket), &mut connection, &devices(), |_| {})
    });
    meter.associate().unwrap();
    assert_eq!(meter.get(LOAD.buffer().of::<RowArray>()).unwrap().len(), ROWS as usize);
    meter.close().unwrap();
}

#[test]
#[cfg(unix)]
fn any_transport_will_do() {
    use std::os::unix::net::UnixStream;
    let (ours, theirs) = UnixStream::pair().unwrap();
    let server = std::thread::spawn(move || {
        let link = dlms_wrapper::Stream::new(dlms_wrapper::Role::Server);
        let mut connection = Connection::<_, Vec<u8>, 1>::new(link, Vec::new(), Vec::new());
        blocking::serve(theirs, &mut connection, &devices(), |_| {})
    });
    let transport: Box<dyn blocking::Transport> = Box::new(ours);
    let mut meter = Meter::new(transport, support::client(Level::Hls));
    meter.associate().unwrap();
    assert_eq!(meter.get(VOLTAGE.value().of::<u16>()).unwrap(), 2_301);
    meter.close().unwrap();
    server.join().unwrap().unwrap();
}

#[test]
fn general_blocks_carry_what_is_long_both_ways() {
    for (level, window) in [(Level::None, 1), (Level::None, 20), (Level::Hls, 4)] {
        let server = Running::new();
        let config = config(level).with_general_block_transfer(window);
        let mut meter = connect_tcp(server.address, config, provider(), counters()).unwrap();
        meter.associate().unwrap();
        assert_eq!(meter.get(LOAD.buffer()).unwrap().encode_to_vec(), whole_profile());
        let bursts = meter.client().statistics().round_trips;
        assert!(bursts > 3, "{bursts}");
        let mut value = Vec::new();
        meter.get_blocks(LOAD.buffer().descriptor(), None, |piece| value.extend_from_slice(piece)).unwrap();
        assert_eq!(value, whole_profile());
        let items = [Access::get(ENERGY.value()); 64];
        let mut count = 0;
        meter.access(&items, AccessOptions::default(), |_, _, _| count += 1).unwrap();
        assert_eq!(count, 64);
        meter.close().unwrap();
    }
}
