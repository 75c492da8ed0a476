//! Client and server as on a controller: buffers of fixed size, a clock and a transport of the caller's.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use core::cell::RefCell;
use core::future::{Future, pending};
use core::pin::pin;
use core::time::Duration;

use cosem_classes::disconnect_control::ControlState;
use cosem_classes::profile_generic::EntryDescriptor;
use dlms::client::{
    Access, AccessOptions, Client, ClientError, NameTable, Recipients, ShortName, Timer as ClientTimer,
    Unconfirmed,
};
use dlms::server::{Connection, Event};
use dlms_core::apdu::{AccessResult, AttributeSelection, DataAccessResult};
use dlms_core::codec::{Decode, Encode};
use dlms_core::data::{Any, Array, Data};
use dlms_core::link::LinkError;
use dlms_core::time::Instant;
use dlms_hdlc::{Primary, PrimarySettings, Secondary, SecondarySettings};
use dlms_io::Error;
use dlms_io::embedded::{Line, Meter, Timer, open, serve, wait_for_opening};
use dlms_security::RamCounters;
use dlms_wrapper::{Role, Stream};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use iec62056_21::{
    BaudCharacter, Identification, LineSettings, Opening, OpeningServer, OpeningServerSettings,
    OpeningSettings,
};
use support::{
    BREAKER, ENERGY, LOAD, Level, Provider, ROWS, VOLTAGE, by_short_names, config, counters, device,
    poll_times, provider, whole_profile,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::{JoinHandle, LocalSet};

/// A pipe, as a driver of a UART has it.
struct Uart(DuplexStream);

impl ErrorType for Uart {
    type Error = ErrorKind;
}

impl Read for Uart {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        self.0.read(out).await.map_err(|_| ErrorKind::Other)
    }
}

impl Write for Uart {
    async fn write(&mut self, octets: &[u8]) -> Result<usize, ErrorKind> {
        self.0.write(octets).await.map_err(|_| ErrorKind::BrokenPipe)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        self.0.flush().await.map_err(|_| ErrorKind::Other)
    }
}

#[derive(Clone, Copy)]
struct Ticks(tokio::time::Instant);

impl Ticks {
    fn start() -> Self {
        Self(tokio::time::Instant::now())
    }
}

impl Timer for Ticks {
    fn now(&self) -> Instant {
        Instant::default() + self.0.elapsed()
    }

    async fn until(&mut self, instant: Instant) {
        tokio::time::sleep_until(self.0 + instant.since(Instant::default())).await;
    }
}

type Fixed = [u8; 1024];
type UartMeter = Meter<Uart, Ticks, Stream, Provider, RamCounters, Fixed, [u8; 16]>;

fn meter_on(transport: DuplexStream, level: Level) -> UartMeter {
    let link = Stream::new(Role::Client);
    let client = Client::new(link, config(level), provider(), counters(), [0; 1024], [0; 1024]);
    Meter::new(Uart(transport), Ticks::start(), [0; 16], client)
}

fn connection() -> Connection<Stream, Fixed, 1> {
    Connection::new(Stream::new(Role::Server), [0; 1024], [0; 1024])
}

/// A meter behind a pipe of `width` octets.
fn pipe(level: Level, width: usize) -> (UartMeter, JoinHandle<Vec<Event>>) {
    let (ours, theirs) = duplex(width);
    let served = tokio::task::spawn_local(async move {
        let devices = RefCell::new([device()]);
        let mut events = Vec::new();
        let mut room = [0; 8];
        let audit = |event| events.push(event);
        serve(Uart(theirs), Ticks::start(), &mut room, &mut connection(), &devices, audit).await.unwrap();
        events
    });
    (meter_on(ours, level), served)
}

fn on_one_thread(test: impl Future<Output = ()>) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    LocalSet::new().block_on(&runtime, test);
}

#[test]
fn a_meter_is_read_written_and_switched_in_fixed_memory() {
    on_one_thread(async {
        for level in Level::ALL {
            let (mut meter, served) = pipe(level, 20);
            assert_eq!(meter.associate().await.unwrap().dlms_version, 6);
            assert_eq!(meter.get(ENERGY.value().of::<u32>()).await.unwrap(), 123_456);
            let encoding = meter.get_any(VOLTAGE.value().descriptor(), None).await.unwrap();
            assert_eq!(Data::from_bytes(encoding).unwrap(), Data::LongUnsigned(2_301));

            let mut room = [0; 40];
            let entries = EntryDescriptor::rows(1, 20).selective_access(&mut room).unwrap();
            let rows = LOAD.buffer().of::<Array<Any>>();
            assert_eq!(meter.get_selected(rows, &entries).await.unwrap().len(), 20);
            // Longer than the buffer: refused when it is to be kept, and read when it is not.
            let error = meter.get(LOAD.buffer()).await.unwrap_err();
            assert!(matches!(error, Error::Client(ClientError::Overflow(_))), "{error:?}");
            let mut value = Vec::new();
            meter
                .get_blocks(LOAD.buffer().descriptor(), None, |piece| value.extend_from_slice(piece))
                .await
                .unwrap();
            let Data::Array(elements) = Data::from_bytes(&value).unwrap() else { panic!("no array") };
            assert_eq!(elements.len(), ROWS as usize);

            let list = [ENERGY.value().descriptor(), LOAD.capture_period().descriptor()];
            let list = list.map(|attribute| AttributeSelection { attribute, selection: None });
            assert_eq!(meter.get_list(&list).await.unwrap().len(), 2);
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
            meter.set_any(VOLTAGE.value().descriptor(), None, &2_299u16).await.unwrap();
            let results: Vec<_> = meter.set_list(&list, &[&6u32, &false]).await.unwrap().iter().collect();
            assert_eq!(results, [DataAccessResult::Success, DataAccessResult::TypeUnmatched]);
            assert_eq!(meter.get(ENERGY.value()).await.unwrap().encode_to_vec(), 6u32.encode_to_vec());
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
            assert_eq!(meter.invoke_list(&[ENERGY.reset().descriptor()], &[&0i8]).await.unwrap().len(), 1);
            meter.close().await.unwrap();
            let events = served.await.unwrap();
            assert!(
                matches!(events[..], [Event::Associated(_), .., Event::Released(_), Event::Closed]),
                "{events:?}"
            );
        }
    });
}

#[test]
fn short_names_are_asked_for_when_they_are_needed() {
    on_one_thread(async {
        let (mut meter, _served) = pipe(Level::None, 20);
        let room = Box::leak(Box::new([ShortName::FREE; 16]));
        let link = Stream::new(Role::Client);
        let config = by_short_names(Level::None);
        let client = Client::new(link, config, provider(), counters(), [0; 1024], [0; 1024])
            .with_short_names(NameTable::in_room(room));
        meter = Meter::new(meter.into_transport(), Ticks::start(), [0; 16], client);
        meter.associate().await.unwrap();
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).await.unwrap(), 123_456);
        let mut value = Vec::new();
        meter
            .get_blocks(LOAD.buffer().descriptor(), None, |piece| value.extend_from_slice(piece))
            .await
            .unwrap();
        assert_eq!(value, whole_profile());
        meter.release().await.unwrap();
    });
}

#[test]
fn a_future_dropped_while_it_waits_does_not_disturb_the_next_and_while_it_sends_ends_the_connection() {
    on_one_thread(async {
        let (mut waited, mut cut) = (0, 0);
        for polls in 0.. {
            let (mut meter, _served) = pipe(Level::Hls, 3);
            meter.associate().await.unwrap();
            let done = poll_times(pin!(meter.get(ENERGY.value())), polls).await.is_some();
            match meter.get(VOLTAGE.value().of::<u16>()).await {
                Ok(value) => {
                    assert_eq!(value, 2_301);
                    waited += 1;
                    meter.close().await.unwrap();
                }
                Err(error) => {
                    assert!(matches!(error, Error::Client(ClientError::Link(LinkError::Disconnected))));
                    cut += 1;
                }
            }
            if done {
                break;
            }
        }
        assert!(waited > 5 && cut > 5, "{waited} {cut}");
    });
}

#[test]
fn an_association_dropped_while_it_waits_is_opened_all_the_same() {
    on_one_thread(async {
        for polls in 0.. {
            // Wide enough that nothing is ever half sent.
            let (mut meter, _served) = pipe(Level::Hls, 4096);
            if poll_times(pin!(meter.associate()), polls).await.is_some() {
                assert!(polls > 2);
                break;
            }
            meter.associate().await.unwrap();
            assert_eq!(meter.get(ENERGY.value().of::<u32>()).await.unwrap(), 123_456);
        }
    });
}

#[test]
fn a_peer_that_says_nothing_runs_into_the_time_out() {
    on_one_thread(async {
        let (ours, theirs) = duplex(4096);
        let mut meter = meter_on(ours, Level::None);
        let begin = tokio::time::Instant::now();
        let error = meter.associate().await.unwrap_err();
        assert!(matches!(error, Error::Client(ClientError::Timeout(ClientTimer::Response))), "{error:?}");
        assert_eq!(begin.elapsed(), Duration::from_secs(5));
        drop(theirs);
        assert!(matches!(meter.associate().await.unwrap_err(), Error::Io(ErrorKind::BrokenPipe)));
        let error = meter.associate().await.unwrap_err();
        assert!(matches!(error, Error::Client(ClientError::Link(LinkError::Disconnected))), "{error:?}");
    });
}

/// A line that is cut: nothing goes out.
struct Cut;

impl ErrorType for Cut {
    type Error = ErrorKind;
}

impl Read for Cut {
    async fn read(&mut self, _: &mut [u8]) -> Result<usize, ErrorKind> {
        pending().await
    }
}

impl Write for Cut {
    async fn write(&mut self, _: &[u8]) -> Result<usize, ErrorKind> {
        Ok(0)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

#[test]
fn a_transport_that_takes_nothing_is_given_up() {
    on_one_thread(async {
        let link = Stream::new(Role::Client);
        let client = Client::new(link, config(Level::None), provider(), counters(), [0; 1024], [0; 1024]);
        let mut meter = Meter::new(Cut, Ticks::start(), [0; 16], client);
        for _ in 0..2 {
            let error = meter.associate().await.unwrap_err();
            assert!(matches!(error, Error::Client(ClientError::Link(LinkError::Disconnected))), "{error:?}");
        }
    });
}

#[test]
fn a_header_that_never_ends_runs_into_inactivity() {
    on_one_thread(async {
        let (mut ours, theirs) = duplex(64);
        let begin = tokio::time::Instant::now();
        let served = tokio::task::spawn_local(async move {
            let devices = RefCell::new([device()]);
            serve(Uart(theirs), Ticks::start(), &mut [0; 8], &mut connection(), &devices, |_| {}).await
        });
        for octet in [0, 1, 0, 16, 0] {
            ours.write_all(&[octet]).await.unwrap();
            tokio::time::sleep(Duration::from_secs(30)).await;
        }
        assert_eq!(ours.read(&mut [0; 1]).await.unwrap(), 0);
        served.await.unwrap().unwrap();
        assert_eq!(begin.elapsed(), Duration::from_secs(180));
    });
}

impl Line for Uart {
    /// A pipe goes at any speed.
    async fn set_line(&mut self, _: LineSettings) -> Result<(), ErrorKind> {
        self.0.flush().await.map_err(|_| ErrorKind::Other)
    }
}

#[tokio::test(start_paused = true)]
async fn mode_e_opens_a_line_for_hdlc() {
    let (ours, theirs) = duplex(64);
    let local = LocalSet::new();
    local.spawn_local(async move {
        let (devices, ticks) = (RefCell::new([device()]), Ticks::start());
        let identification = Identification::new(*b"TST", BaudCharacter(b'5'), b"2", b"METER").unwrap();
        let mut opening = OpeningServer::new(OpeningServerSettings::hdlc(identification));
        let mut line = Uart(theirs);
        let opened = wait_for_opening(&mut line, ticks, &mut opening).await.unwrap().unwrap();
        assert_eq!(opened.line, LineSettings::eight_none_one(9600));
        let link = Secondary::<_, 1>::new(SecondarySettings::DEFAULT, [0; 160]);
        let mut connection = Connection::<_, Fixed, 1>::new(link, [0; 1024], [0; 1024]);
        serve(line, ticks, &mut [0; 16], &mut connection, &devices, |_| {}).await
    });
    let read = async {
        let mut line = Uart(ours);
        let opened = open(&mut line, Ticks::start(), &mut Opening::new(OpeningSettings::HDLC)).await.unwrap();
        assert!(opened.confirmed);
        let link = Primary::new(PrimarySettings::DEFAULT.at_baud(opened.line.baud), [0; 160]);
        let client = Client::new(link, config(Level::Hls), provider(), counters(), [0; 1024], [0; 1024]);
        let mut meter = Meter::new(line, Ticks::start(), [0; 16], client);
        meter.associate().await.unwrap();
        assert_eq!(meter.get(VOLTAGE.value().of::<u16>()).await.unwrap(), 2_301);
        meter.close().await.unwrap();
    };
    local.run_until(read).await;
}
