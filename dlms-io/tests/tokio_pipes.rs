//! The client for tokio over pipes: futures dropped anywhere, time-outs, peers that go.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use core::future::pending;
use core::pin::pin;
use core::time::Duration;

use cosem_classes::Unit;
use cosem_classes::profile_generic::EntryDescriptor;
use dlms::client::{ClientError, Misuse, Refusal, Timer};
use dlms::server::{Connection, Event};
use dlms_core::apdu::DataAccessResult;
use dlms_core::codec::Encode;
use dlms_core::data::{Any, Array, Data};
use dlms_core::link::LinkError;
use dlms_io::tokio::{Error, Meter, connect_udp, serve};
use dlms_security::RamCounters;
use dlms_wrapper::Role;
use support::{
    BREAKER, ENERGY, LOAD, Level, Provider, VOLTAGE, client, config, counters, devices, poll_times, provider,
    whole_profile,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::UdpSocket;
use tokio::time::Instant;

type Pipe = Meter<DuplexStream, dlms_wrapper::Stream, Provider, RamCounters>;

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
