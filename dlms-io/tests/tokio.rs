//! Client and server on tokio: over sockets, and over pipes so narrow that every message stops many times.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use core::future::pending;
use core::net::SocketAddr;
use core::pin::pin;
use core::time::Duration;
use std::sync::{Arc, Mutex};

use cosem_classes::disconnect_control::ControlState;
use cosem_classes::profile_generic::EntryDescriptor;
use cosem_classes::{ScalerUnit, Unit};
use dlms::client::{Access, AccessOptions, ClientError, Misuse, Refusal, Timer};
use dlms::server::{Connection, Event};
use dlms_core::apdu::{AccessResult, ActionResult, AttributeSelection, DataAccessResult, GetDataResult};
use dlms_core::codec::{Decode, Encode};
use dlms_core::data::{Any, Array, Data};
use dlms_core::link::LinkError;
use dlms_io::ServerConfig;
use dlms_io::tokio::{Error, Meter, Server, connect_tcp, connect_udp, serve};
use dlms_security::RamCounters;
use dlms_wrapper::Role;
use support::{
    BREAKER, Devices, ENERGY, LOAD, Level, Provider, VOLTAGE, by_short_names, client, config, counters,
    devices, poll_times, provider, row, whole_profile,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::{Barrier, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

type Pipe = Meter<DuplexStream, dlms_wrapper::Stream, Provider, RamCounters>;
type TcpMeter = dlms_io::tokio::TcpMeter<Provider, RamCounters>;
type Log = Arc<Mutex<Vec<(SocketAddr, Event)>>>;

struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    log: Log,
}

impl Running {
    async fn start(devices: Devices, config: ServerConfig) -> Self {
        let server = Server::bind("127.0.0.1:0", devices).await.unwrap().with_config(config);
        let (address, log) = (server.local_addr().unwrap(), Log::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let audit = Arc::clone(&log);
        let audit = move |client, event| audit.lock().unwrap().push((client, event));
        let task = tokio::spawn(server.run_until(audit, async {
            let _ = stopped.await;
        }));
        Self { address, stop: Some(stop), task, log }
    }

    async fn new() -> Self {
        Self::start(devices(), ServerConfig::default()).await
    }

    async fn connect(&self, level: Level) -> TcpMeter {
        connect_tcp(self.address, config(level), provider(), counters()).await.unwrap()
    }

    async fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        (&mut self.task).await.unwrap();
    }

    async fn wait_for(&self, wanted: impl Fn(&Event) -> bool) {
        for _ in 0..2_000 {
            if self.log.lock().unwrap().iter().any(|(_, event)| wanted(event)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{:?}", self.log.lock().unwrap());
    }
}

/// A meter at the other end of a pipe that takes `width` octets at a time.
fn pipe(level: Level, width: usize) -> Pipe {
    pipe_to(level, width, |_| {})
}

fn pipe_to(level: Level, width: usize, mut audit: impl FnMut(Event) + Send + 'static) -> Pipe {
    let (ours, theirs) = duplex(width);
    tokio::spawn(async move {
        let link = dlms_wrapper::Stream::new(Role::Server);
        let mut connection =
            Connection::<_, Vec<u8>, 1>::new(link, Vec::new(), Vec::new()).with_inactivity_time_out(0);
        serve(theirs, &mut connection, &devices(), &mut audit).await
    });
    Meter::new(ours, client(level))
}

#[tokio::test]
async fn a_meter_is_read_written_and_switched_at_every_level() {
    for level in Level::ALL {
        let server = Running::new().await;
        let mut meter = server.connect(level).await;
        assert_eq!(meter.associate().await.unwrap().dlms_version, 6);
        assert_eq!(meter.get(ENERGY.scaler_unit()).await.unwrap(), ScalerUnit::new(0, Unit::WattHour));
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).await.unwrap(), 123_456);
        let encoding = meter.get_any(VOLTAGE.value().descriptor(), None).await.unwrap();
        assert_eq!(Data::from_bytes(encoding).unwrap(), Data::LongUnsigned(2_301));
        assert_eq!(meter.get(LOAD.buffer()).await.unwrap().encode_to_vec(), whole_profile());
        let mut room = [0; 40];
        let entries = EntryDescriptor::rows(200, 200).selective_access(&mut room).unwrap();
        let one = meter.get_selected(LOAD.buffer(), &entries).await.unwrap();
        assert_eq!(one.encode_to_vec(), [&[1, 1, 2, 2][..], &row(199)].concat());
        let mut value = Vec::new();
        meter
            .get_blocks(LOAD.buffer().descriptor(), None, |piece| value.extend_from_slice(piece))
            .await
            .unwrap();
        assert_eq!(value, whole_profile());
        let list = [ENERGY.value().descriptor(), LOAD.capture_period().descriptor()];
        let list = list.map(|attribute| AttributeSelection { attribute, selection: None });
        let values: Vec<_> = meter.get_list(&list).await.unwrap().iter().collect();
        assert_eq!(values[1], GetDataResult::Data(Data::DoubleLongUnsigned(3_600)));

        let note = Data::DoubleLongUnsigned(77);
        let reads = [Access::get(LOAD.capture_period()); 70];
        let both = [Access::set(ENERGY.value(), &note), Access::get(ENERGY.value())];
        let mut given = Vec::new();
        let items = [&reads[..], &both].concat();
        let each = |number, result: AccessResult, value: Data<'_>| {
            assert!(result.is_success(), "{number}");
            given.push((number, value.encode_to_vec()));
        };
        meter.access(&items, AccessOptions::default(), each).await.unwrap();
        // In two requests, numbered through.
        assert_eq!(given.len(), 72);
        assert_eq!(given[69], (69, Data::DoubleLongUnsigned(3_600).encode_to_vec()));
        assert_eq!(given[71], (71, note.encode_to_vec()));

        meter.set(ENERGY.value(), &Data::DoubleLongUnsigned(5)).await.unwrap();
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).await.unwrap(), 5);
        meter.set_any(VOLTAGE.value().descriptor(), None, &2_299u16).await.unwrap();
        let results: Vec<_> = meter.set_list(&list, &[&6u32, &false]).await.unwrap().iter().collect();
        assert_eq!(results, [DataAccessResult::Success, DataAccessResult::TypeUnmatched]);
        meter.invoke(BREAKER.remote_disconnect(), &0).await.unwrap();
        assert_eq!(meter.get(BREAKER.control_state()).await.unwrap(), ControlState::Disconnected);
        assert_eq!(meter.invoke_any(ENERGY.reset().descriptor(), &0i8).await.unwrap(), [0]);
        let methods = [ENERGY.reset().descriptor(), VOLTAGE.reset().descriptor()];
        let results = meter.invoke_list(&methods, &[&0i8, &0i8]).await.unwrap();
        assert!(results.iter().all(|item| item.result == ActionResult::Success));

        meter.release().await.unwrap();
        meter.associate().await.unwrap();
        meter.close().await.unwrap();
        server.wait_for(|event| matches!(event, Event::Closed)).await;
    }
}

#[tokio::test]
async fn short_names_are_asked_for_when_they_are_needed() {
    for level in Level::ALL {
        let server = Running::new().await;
        let connecting = connect_tcp(server.address, by_short_names(level), provider(), counters());
        let mut meter = connecting.await.unwrap();
        meter.associate().await.unwrap();
        assert_eq!(meter.get(LOAD.buffer()).await.unwrap().encode_to_vec(), whole_profile());
        let before = meter.client().statistics().round_trips;
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).await.unwrap(), 123_456);
        assert_eq!(meter.client().statistics().round_trips, before + 1);
        meter.release().await.unwrap();
    }
}

#[tokio::test]
async fn a_meter_may_be_used_from_a_task_of_its_own() {
    let server = Running::new().await;
    let mut meter = server.connect(Level::Hls).await;
    let read = tokio::spawn(async move {
        meter.associate().await?;
        let mut room = [0; 40];
        let entries = EntryDescriptor::rows(1, 1).selective_access(&mut room).unwrap();
        meter.get_any(LOAD.buffer().descriptor(), Some(&entries)).await?;
        meter.get_blocks(LOAD.buffer().descriptor(), None, |_| {}).await?;
        meter.set_any(ENERGY.value().descriptor(), None, &7u32).await?;
        let energy = [AttributeSelection { attribute: ENERGY.value().descriptor(), selection: None }];
        meter.set_list(&energy, &[&8u32]).await?;
        meter.invoke(BREAKER.remote_disconnect(), &0).await?;
        meter.get(ENERGY.value().of::<u32>()).await
    });
    assert_eq!(read.await.unwrap().unwrap(), 8);
}

/// Runs `$call` on a fresh meter, dropped after 0, 1, 2 … polls, and `$then` after it, until `$call` is done.
macro_rules! dropped_everywhere {
    ($meter:ident in $level:expr, $width:literal wide, $prepare:expr, $call:expr, |$polls:ident, $done:ident| $then:block) => {{
        let mut at_least = 0;
        for $polls in 0usize.. {
            let mut $meter = pipe($level, $width);
            $prepare;
            let done = poll_times(pin!($call), $polls).await;
            let $done = done.map(|result| assert!(result.is_ok())).is_some();
            $then;
            assert_eq!(
                $meter.get(VOLTAGE.value().of::<u16>()).await.unwrap(),
                2_301,
                "after {} polls",
                $polls
            );
            assert_eq!($meter.get(ENERGY.scaler_unit()).await.unwrap().unit, Unit::WattHour);
            $meter.close().await.unwrap();
            if $done {
                at_least = $polls;
                break;
            }
        }
        assert!(at_least > 5, "{at_least} polls");
    }};
}

#[tokio::test(start_paused = true)]
async fn an_association_that_was_dropped_anywhere_is_opened_all_the_same() {
    for level in Level::ALL {
        dropped_everywhere!(meter in level, 3 wide, assert!(!meter.client().is_busy()), meter.associate(), |polls, done| {
            if done {
                let error = meter.associate().await.unwrap_err();
                assert!(matches!(error, Error::Client(ClientError::Misuse(Misuse::Associated))));
            } else {
                assert_eq!(meter.client().is_busy(), polls > 0);
                meter.associate().await.unwrap();
            }
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_that_was_dropped_anywhere_does_not_disturb_the_next() {
    for level in [Level::None, Level::Hls] {
        let energy = ENERGY.value().of::<u32>();
        dropped_everywhere!(meter in level, 3 wide, meter.associate().await.unwrap(), meter.get(energy), |_polls, done| {});
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_read_that_was_dropped_anywhere_does_not_disturb_the_next() {
    let mut room = [0; 40];
    let entries = EntryDescriptor::rows(1, 20).selective_access(&mut room).unwrap();
    let rows = LOAD.buffer().of::<Array<Any>>();
    for level in [Level::None, Level::Hls] {
        let selected = &entries;
        dropped_everywhere!(
            meter in level, 11 wide,
            meter.associate().await.unwrap(),
            meter.get_selected(rows, selected),
            |_polls, done| {}
        );
        dropped_everywhere!(
            meter in level, 11 wide,
            meter.associate().await.unwrap(),
            meter.get_blocks(rows.descriptor(), Some(selected), |_| {}),
            |polls, done| {
                if polls % 4 == 0 {
                    assert_eq!(meter.get_selected(rows, selected).await.unwrap().len(), 20);
                }
            }
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_dropped_once_begun_is_done() {
    for level in [Level::None, Level::Hls] {
        let value = Data::DoubleLongUnsigned(5);
        dropped_everywhere!(
            meter in level, 3 wide,
            meter.associate().await.unwrap(),
            meter.set(ENERGY.value(), &value),
            |polls, done| {
                let expected = if polls == 0 { 123_456 } else { 5 };
                assert_eq!(meter.get(ENERGY.value().of::<u32>()).await.unwrap(), expected);
            }
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_method_that_was_dropped_once_begun_is_invoked_once() {
    dropped_everywhere!(
        meter in Level::Hls, 3 wide,
        meter.associate().await.unwrap(),
        meter.invoke(BREAKER.remote_disconnect(), &0),
        |polls, done| {
            assert_eq!(meter.get(BREAKER.output_state()).await.unwrap(), polls == 0);
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_release_that_was_dropped_anywhere_is_done_all_the_same() {
    for level in [Level::None, Level::Hls] {
        dropped_everywhere!(meter in level, 3 wide, meter.associate().await.unwrap(), meter.release(), |_polls, done| {
            if meter.client().negotiated().is_some() {
                meter.release().await.unwrap();
            }
            meter.associate().await.unwrap();
        });
    }
}

#[tokio::test(start_paused = true)]
async fn drops_one_after_the_other_add_up_to_a_whole() {
    for polls in 1..4 {
        let mut meter = pipe(Level::Hls, 5);
        let mut futures = 1;
        while poll_times(pin!(meter.associate()), polls).await.is_none() {
            futures += 1;
        }
        assert!(futures > 10);
        while poll_times(pin!(meter.get(LOAD.buffer())), polls).await.is_none() && futures < 100 {
            futures += 1;
        }
        assert_eq!(meter.get(LOAD.buffer()).await.unwrap().encode_to_vec(), whole_profile());
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_came_in_the_meantime_is_taken_however_late() {
    let mut meter = pipe(Level::Hls, 4096);
    meter.associate().await.unwrap();
    assert!(poll_times(pin!(meter.set(ENERGY.value(), &Data::DoubleLongUnsigned(5))), 1).await.is_none());
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    let begin = Instant::now();
    assert_eq!(meter.get(ENERGY.value().of::<u32>()).await.unwrap(), 5);
    assert!(begin.elapsed() < Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_request_without_answer_costs_its_time_out_and_no_more() {
    // Answers the first request of two only when the second came.
    let (ours, mut theirs) = duplex(4096);
    let mut meter = Meter::new(ours, client(Level::None));
    let server = tokio::spawn(async move {
        let (mut inner, theirs_inner) = duplex(4096);
        tokio::spawn(async move {
            let link = dlms_wrapper::Stream::new(Role::Server);
            let mut connection = Connection::<_, Vec<u8>, 1>::new(link, Vec::new(), Vec::new());
            serve(theirs_inner, &mut connection, &devices(), |_| {}).await
        });
        let mut held = Vec::new();
        for number in 0..3 {
            let mut request = vec![0; 8];
            theirs.read_exact(&mut request).await.unwrap();
            let mut body = vec![0; usize::from(request[7])];
            theirs.read_exact(&mut body).await.unwrap();
            inner.write_all(&[request, body].concat()).await.unwrap();
            let mut header = vec![0; 8];
            inner.read_exact(&mut header).await.unwrap();
            let mut body = vec![0; usize::from(header[7])];
            inner.read_exact(&mut body).await.unwrap();
            held.extend([header, body].concat());
            if number != 1 {
                theirs.write_all(&held).await.unwrap();
                held.clear();
            }
        }
        theirs
    });
    meter.associate().await.unwrap();
    let begin = Instant::now();
    assert!(poll_times(pin!(meter.get(ENERGY.value())), 5).await.is_none());
    assert_eq!(meter.get(VOLTAGE.value().of::<u16>()).await.unwrap(), 2_301, "not the answer to the first");
    assert_eq!(begin.elapsed(), Duration::from_secs(5));
    server.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn time_outs_are_by_tokios_clock() {
    let (ours, theirs) = duplex(4096);
    let mut meter = Meter::new(ours, client(Level::None));
    let (begin, really) = (Instant::now(), std::time::Instant::now());
    let error = meter.associate().await.unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Timeout(Timer::Response))), "{error}");
    assert_eq!(begin.elapsed(), Duration::from_secs(5));
    assert!(really.elapsed() < Duration::from_secs(4));
    drop(theirs);
    let error = meter.associate().await.unwrap_err();
    assert!(
        matches!(error, Error::Io(_) | Error::Client(ClientError::Link(LinkError::Disconnected))),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_no_octets_runs_into_a_time_out_too() {
    let (ours, _theirs) = duplex(4);
    let mut meter = Meter::new(ours, client(Level::None));
    let begin = Instant::now();
    let error = meter.associate().await.unwrap_err();
    assert!(matches!(&error, Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut), "{error}");
    assert_eq!(begin.elapsed(), Duration::from_secs(5));
    let error = meter.associate().await.unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Link(LinkError::Disconnected))), "{error}");
}

#[tokio::test]
async fn a_peer_that_goes_in_the_middle_of_an_answer_is_a_clear_error() {
    let (ours, mut theirs) = duplex(4096);
    let mut meter = Meter::new(ours, client(Level::None));
    theirs.write_all(&[0, 1, 0, 1, 0, 16, 0, 40, 0x61, 0x29]).await.unwrap();
    theirs.shutdown().await.unwrap();
    for _ in 0..2 {
        let error = meter.associate().await.unwrap_err();
        assert_eq!(error.to_string(), "link: the peer is disconnected");
    }
}

#[tokio::test(start_paused = true)]
async fn a_header_that_never_ends_runs_into_inactivity() {
    let (mut ours, theirs) = duplex(64);
    let begin = Instant::now();
    let server = tokio::spawn(async move {
        let link = dlms_wrapper::Stream::new(Role::Server);
        let mut connection = Connection::<_, Vec<u8>, 1>::new(link, Vec::new(), Vec::new());
        serve(theirs, &mut connection, &devices(), |_| {}).await
    });
    for octet in [0, 1, 0, 16, 0, 1, 0] {
        ours.write_all(&[octet]).await.unwrap();
        tokio::time::sleep(Duration::from_secs(20)).await;
    }
    assert_eq!(ours.read(&mut [0; 1]).await.unwrap(), 0);
    server.await.unwrap().unwrap();
    assert_eq!(begin.elapsed(), Duration::from_secs(180));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_clients_at_a_time_are_served() {
    let mut server = Running::new().await;
    let all_in = Arc::new(Barrier::new(100));
    let mut tasks = Vec::new();
    for number in 0..100 {
        // The server remembers the counters of eight ciphering clients.
        let level = if number % 20 == 0 { Level::Hls } else { Level::Lls };
        let mut meter = server.connect(level).await;
        let all_in = Arc::clone(&all_in);
        tasks.push(tokio::spawn(async move {
            meter.associate().await.unwrap();
            all_in.wait().await;
            assert_eq!(meter.get(LOAD.buffer()).await.unwrap().encode_to_vec(), whole_profile());
            all_in.wait().await;
            meter.close().await.unwrap();
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    server.stop().await;
    let log = server.log.lock().unwrap();
    let count = |wanted: fn(&Event) -> bool| log.iter().filter(|(_, event)| wanted(event)).count();
    assert_eq!(count(|event| matches!(event, Event::Associated(_))), 100);
    assert_eq!(count(|event| matches!(event, Event::Released(_))), 100);
    assert_eq!(count(|event| matches!(event, Event::Closed)), 100);
}

#[tokio::test]
async fn more_clients_than_places_wait_for_their_turn() {
    let server = Running::start(devices(), ServerConfig { connections: 3, ..ServerConfig::default() }).await;
    let mut tasks = Vec::new();
    for _ in 0..12 {
        let mut meter = server.connect(Level::Lls).await;
        tasks.push(tokio::spawn(async move {
            meter.associate().await.unwrap();
            assert_eq!(meter.get(ENERGY.value().of::<u32>()).await.unwrap(), 123_456);
            meter.close().await.unwrap();
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn a_client_that_goes_or_talks_nonsense_does_not_disturb_the_others() {
    let server = Running::new().await;
    let mut steady = server.connect(Level::Hls).await;
    steady.associate().await.unwrap();

    let mut leaving = server.connect(Level::Hls).await;
    leaving.associate().await.unwrap();
    assert!(poll_times(pin!(leaving.get(LOAD.buffer())), 3).await.is_none());
    drop(leaving);

    let mut noise = TcpStream::connect(server.address).await.unwrap();
    noise.write_all(&[0x7e; 100]).await.unwrap();
    assert!(matches!(noise.read(&mut [0; 10]).await, Ok(0) | Err(_)), "closed");
    server.wait_for(|event| matches!(event, Event::Line(LinkError::Unframed(_)))).await;

    assert_eq!(steady.get(LOAD.buffer()).await.unwrap().encode_to_vec(), whole_profile());
    let mut late = server.connect(Level::Lls).await;
    late.associate().await.unwrap();
    late.close().await.unwrap();
}

#[tokio::test]
async fn a_panic_of_an_object_ends_its_connection_only() {
    struct Faulty;
    impl cosem_classes::data::Serve for Faulty {
        fn value(&self) -> cosem_classes::model::Answer<'_, Any> {
            panic!("a fault of the application's")
        }
    }
    let name = obis::obis!("0-0:96.1.0.255");
    let devices = devices();
    let faulty = cosem_classes::model::Instance::<cosem_classes::data::Data, _>::new(name, Faulty);
    devices.lock().unwrap()[0].objects.insert(faulty);
    let server = Running::start(devices, ServerConfig::default()).await;
    let mut steady = server.connect(Level::None).await;
    steady.associate().await.unwrap();
    let mut unlucky = server.connect(Level::None).await;
    unlucky.associate().await.unwrap();
    let error = unlucky.get(cosem_classes::data::Data::at(name).value()).await.unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Link(_)) | Error::Io(_)), "{error}");
    assert_eq!(steady.get(ENERGY.value().of::<u32>()).await.unwrap(), 123_456);
}

#[tokio::test]
async fn a_server_that_is_stopped_lets_its_clients_know_and_returns() {
    let mut server = Running::new().await;
    let mut meter = server.connect(Level::None).await;
    meter.associate().await.unwrap();
    server.stop().await;
    server.wait_for(|event| matches!(event, Event::Released(_))).await;
    let error = meter.get(ENERGY.value()).await.unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Link(_)) | Error::Io(_)), "{error}");
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn a_refusal_leaves_the_association() {
    let mut meter = pipe(Level::Lls, 64);
    meter.associate().await.unwrap();
    let error = meter.set(ENERGY.value(), &Data::Boolean(true)).await.unwrap_err();
    let refused = ClientError::Refused(Refusal::DataAccess(DataAccessResult::TypeUnmatched));
    assert!(matches!(error, Error::Client(error) if error == refused), "{error}");
    assert_eq!(meter.get(VOLTAGE.value().of::<u16>()).await.unwrap(), 2_301);
}

#[tokio::test]
async fn datagrams_carry_requests_too() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let mut meter = connect_udp(address, config(Level::Hls), provider(), counters()).await.unwrap();
    tokio::spawn(async move {
        let (_, client) = socket.peek_from(&mut [0; 1]).await.unwrap();
        socket.connect(client).await.unwrap();
        socket.send(&[]).await.unwrap();
        socket.send(b"noise").await.unwrap();
        let link = dlms_wrapper::Datagram::new(Role::Server);
        let mut connection = Connection::<_, Vec<u8>, 1>::new(link, Vec::new(), Vec::new());
        let _ = serve(dlms_io::tokio::Datagram::new(socket), &mut connection, &devices(), |_| {}).await;
        pending::<()>().await;
    });
    meter.associate().await.unwrap();
    assert_eq!(meter.get(LOAD.buffer()).await.unwrap().encode_to_vec(), whole_profile());
    meter.close().await.unwrap();
}

#[tokio::test]
async fn general_blocks_carry_what_is_long_both_ways() {
    for (level, window) in [(Level::None, 1), (Level::None, 20), (Level::Hls, 4)] {
        let server = Running::new().await;
        let config = config(level).with_general_block_transfer(window);
        let mut meter = connect_tcp(server.address, config, provider(), counters()).await.unwrap();
        meter.associate().await.unwrap();
        assert_eq!(meter.get(LOAD.buffer()).await.unwrap().encode_to_vec(), whole_profile());
        let bursts = meter.client().statistics().round_trips;
        assert!(bursts > 3, "{bursts}");
        let mut value = Vec::new();
        meter
            .get_blocks(LOAD.buffer().descriptor(), None, |piece| value.extend_from_slice(piece))
            .await
            .unwrap();
        assert_eq!(value, whole_profile());
        let items = [Access::get(ENERGY.value()); 64];
        let mut count = 0;
        meter.access(&items, AccessOptions::default(), |_, _, _| count += 1).await.unwrap();
        assert_eq!(count, 64);
        meter.close().await.unwrap();
    }
}
