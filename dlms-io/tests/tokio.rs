//! Client and server on tokio, over sockets.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use core::net::SocketAddr;
use core::pin::pin;
use core::time::Duration;
use std::sync::{Arc, Mutex};

use cosem_classes::disconnect_control::ControlState;
use cosem_classes::profile_generic::EntryDescriptor;
use cosem_classes::{ScalerUnit, Unit};
use dlms::client::{Access, AccessOptions, ClientError, Recipients, Unconfirmed};
use dlms::server::Event;
use dlms_core::apdu::{AccessResult, ActionResult, AttributeSelection, DataAccessResult, GetDataResult};
use dlms_core::codec::{Decode, Encode};
use dlms_core::data::{Any, Data};
use dlms_core::link::LinkError;
use dlms_io::ServerConfig;
use dlms_io::tokio::{Error, Server, connect_tcp};
use dlms_security::RamCounters;
use support::{
    BREAKER, Devices, ENERGY, LOAD, Level, Provider, VOLTAGE, by_short_names, config, counters, devices,
    poll_times, provider, row, whole_profile,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Barrier, oneshot};
use tokio::task::JoinHandle;

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
        let reset = Unconfirmed::invoke(ENERGY.reset(), &0);
        meter
            .send(Recipients::Server, &Unconfirmed::set(ENERGY.value(), &Data::DoubleLongUnsigned(9)))
            .await
            .unwrap();
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).await.unwrap(), 9);
        meter.send(Recipients::All, &reset).await.unwrap();
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).await.unwrap(), 123_456);
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
