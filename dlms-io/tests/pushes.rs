//! A meter that pushes and a listener, over loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::net::{TcpListener, UdpSocket};
use std::sync::Mutex;

use cosem_classes::model::{CaptureObject, Instance};
use cosem_classes::push_setup::{StoredPushSetup, v0};
use dlms::Notification;
use dlms::listener::{Event, OneKeySet};
use dlms::server::{Push, PushError};
use dlms_core::apdu::LongInvokeIdAndPriority;
use dlms_core::data::Data;
use dlms_io::{Heard, PushFailure, blocking, tokio as driver};
use dlms_security::{Protection, RamCounters, SystemTitle};
use obis::{ObisCode, obis};
use support::{Devices, ENERGY, Provider, counters, device, provider};

const SETUP: ObisCode = obis!("0-0:25.9.0.255");

fn devices() -> Devices {
    let mut device = device();
    let setup = StoredPushSetup::<64>::new(&[CaptureObject::whole(ENERGY.value().descriptor())]);
    device.objects.insert(Instance::<v0::PushSetup, _>::new(SETUP, setup));
    std::sync::Arc::new(Mutex::new(vec![device]))
}

fn keys(minimum: Protection) -> OneKeySet<Provider, RamCounters> {
    let mut keys = OneKeySet::new(provider(), counters(), SystemTitle(*b"HES00001"));
    keys.minimum = minimum;
    keys
}

fn push(id: u32, protection: Protection) -> Push {
    Push { protection, ..Push::new(SETUP, 103, LongInvokeIdAndPriority::confirmed(id)) }
}

fn check(heard: &Heard<'_>) {
    assert!(matches!(heard.event, Event::Notification(_)), "{heard:?}");
    let Ok(Notification::Data(data)) = heard.notification() else { panic!("{heard:?}") };
    let Data::Structure(body) = data.body else { panic!("{heard:?}") };
    assert!(body.iter().eq([Data::DoubleLongUnsigned(123_456)]));
}

#[test]
fn confirmed_pushes_arrive_by_tcp_and_udp() {
    let protection = Protection::AUTHENTICATED_ENCRYPTED;
    for udp in [false, true] {
        let listener = match udp {
            true => blocking::Listener::bind_udp("127.0.0.1:0", keys(protection)).unwrap(),
            false => blocking::Listener::bind_tcp("127.0.0.1:0", keys(protection)).unwrap(),
        };
        let address = listener.local_addr().unwrap();
        let heard = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let tell = |told: Heard<'_>| {
                    check(&told);
                    heard.fetch_add(1, Ordering::Relaxed);
                };
                listener.run(tell, || heard.load(Ordering::Relaxed) >= 3).unwrap();
            });
            let devices = devices();
            for id in 0..3 {
                match udp {
                    true => blocking::push_udp(address, &devices, &push(id, protection)).unwrap(),
                    false => blocking::push_tcp(address, &devices, &push(id, protection)).unwrap(),
                }
            }
        });
        assert_eq!(heard.into_inner(), 3);
    }
}

/// Blocks of two meters come to the same socket by turns.
#[test]
fn long_pushes_of_several_meters_are_not_mixed() {
    // In the clear: under one counter their messages would have to come in order.
    let protection = Protection::NONE;
    for udp in [false, true] {
        let listener = match udp {
            true => blocking::Listener::bind_udp("127.0.0.1:0", keys(protection)).unwrap(),
            false => blocking::Listener::bind_tcp("127.0.0.1:0", keys(protection)).unwrap(),
        };
        let address = listener.local_addr().unwrap();
        let heard = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let tell = |told: Heard<'_>| {
                    check(&told);
                    heard.fetch_add(1, Ordering::Relaxed);
                };
                listener.run(tell, || heard.load(Ordering::Relaxed) >= 8).unwrap();
            });
            let devices = devices();
            for meter in 0..2 {
                let devices = std::sync::Arc::clone(&devices);
                scope.spawn(move || {
                    for id in 0..4 {
                        let long = Push { max_pdu_size: 20, ..push(8 * meter + id, protection) };
                        match udp {
                            true => blocking::push_udp(address, &devices, &long).unwrap(),
                            false => blocking::push_tcp(address, &devices, &long).unwrap(),
                        }
                    }
                });
            }
        });
        assert_eq!(heard.into_inner(), 8);
    }
}

#[test]
fn who_does_not_confirm_or_is_not_there_fails_the_push() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let what = Push { confirmation_time_out: 50, ..push(1, Protection::NONE) };
    let failed = blocking::push_udp(silent.local_addr().unwrap(), &devices(), &what).unwrap_err();
    assert!(matches!(failed, PushFailure::Push(PushError::NotConfirmed)), "{failed}");
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let failed = blocking::push_tcp(gone, &devices(), &what).unwrap_err();
    assert!(matches!(failed, PushFailure::Io(_)), "{failed}");
}

#[tokio::test]
async fn tokio_pushes_to_tokio() {
    let protection = Protection::AUTHENTICATED_ENCRYPTED;
    for udp in [false, true] {
        let listener = match udp {
            true => driver::Listener::bind_udp("127.0.0.1:0", keys(protection)).await.unwrap(),
            false => driver::Listener::bind_tcp("127.0.0.1:0", keys(protection)).await.unwrap(),
        };
        let address = listener.local_addr().unwrap();
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let listening = tokio::spawn(listener.run(move |heard| {
            check(&heard);
            told.send(()).unwrap();
        }));
        let devices = devices();
        for id in 0..3 {
            let what = push(id, protection);
            match udp {
                true => driver::push_udp(address, &devices, &what).await.unwrap(),
                false => driver::push_tcp(address, &devices, &what).await.unwrap(),
            }
            let wait = tokio::time::timeout(Duration::from_secs(10), heard.recv());
            assert_eq!(wait.await.unwrap(), Some(()));
        }
        listening.abort();
    }
}
