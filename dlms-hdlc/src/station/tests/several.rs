//! Several clients, several logical devices, several meters on one line.

use super::*;

const OTHER: Saps = Saps { client: 1, server: 1 };
const OTHER_DEVICE: Saps = Saps { client: 16, server: 16 };

fn both() -> Bench<Secondary<Room, 2>> {
    let mut meter = meter::<2>();
    meter.hears("03 21 93");
    meter.hears("03 03 93 818006 060110 080101");
    meter
}

/// DL-41.
#[test]
fn two_clients_have_two_connections() {
    let mut meter = both();
    assert!(meter.link.is_open(PEER) && meter.link.is_open(OTHER));
    assert_eq!(meter.hears("03 05 93"), ["0503 1F"], "no third");
    assert_eq!(meter.takes(&line("03 21 10 E6E600 01")), [Up::Apdu(PEER, "01".into())]);
    meter.sends(PEER, "A1");
    assert_eq!(meter.says(), ["2103 30 E6E700A1"]);
    // Its last frame is not acknowledged, but it need not be waited for.
    assert_eq!(meter.takes(&line("03 03 10 E6E600 02")), [Up::Apdu(OTHER, "02".into())]);
    meter.sends(OTHER, "B1");
    assert_eq!(meter.says(), ["0303 30 E6E700B1"]);
    assert_eq!(meter.takes(&line("03 21 32 E6E600 03")), [Up::Apdu(PEER, "03".into())]);
    assert_eq!(meter.takes(&line("03 21 53")), [CLOSED]);
    assert!(meter.link.is_open(OTHER));
}

#[test]
fn an_answer_that_had_to_make_room_cannot_be_repeated() {
    let mut meter = both();
    meter.takes(&line("03 21 10 E6E600 01"));
    meter.sends(PEER, "A1");
    meter.says();
    meter.takes(&line("03 03 10 E6E600 02"));
    meter.sends(OTHER, "B1");
    meter.says();
    assert_eq!(meter.takes(&line("03 21 11")), [CLOSED]);
    assert_eq!(meter.says(), ["2103 1F"]);
    assert_eq!(meter.hears("03 03 11"), ["0303 30 E6E700B1"]);
}

#[test]
fn a_client_waits_while_the_buffers_serve_another() {
    let mut meter = both();
    // An answer of three frames, and one was fetched.
    meter.takes(&line("03 03 10 E6E600 02"));
    meter.sends_octets(OTHER, &[0xb1; 40], Delivery::Confirmed);
    assert_eq!(meter.says().len(), 1);
    assert_eq!(meter.takes(&line("03 21 10 E6E600 01")), []);
    assert_eq!(meter.says(), ["2103 15"]);
    assert_eq!(meter.hears("03 21 11"), ["2103 15"]);
    assert_eq!(meter.hears("03 03 31").len(), 1);
    assert_eq!(meter.hears("03 03 51").len(), 1);
    assert_eq!(meter.hears("03 21 11"), ["2103 11"]);
    assert_eq!(meter.takes(&line("03 21 10 E6E600 01")), [Up::Apdu(PEER, "01".into())]);
    // The other way round: a request of which a part came in.
    let mut meter = both();
    meter.hears("+03 03 10 E6E600 02");
    assert_eq!(meter.takes(&line("03 21 10 E6E600 01")), []);
    assert_eq!(meter.says(), ["2103 15"]);
    assert_eq!(meter.takes(&line("03 03 12 03")), [Up::Apdu(OTHER, "0203".into())]);
}

#[test]
fn logical_devices_have_connections_of_their_own() {
    let settings = SecondarySettings { logical_devices: &[1, 16], ..SecondarySettings::DEFAULT };
    let mut meter = Bench::new(Secondary::<Room, 2>::new(settings, [0; 160]));
    meter.hears("0223 21 93");
    assert_eq!(meter.hears("2023 21 11"), ["212023 1F"]);
    meter.hears("2023 21 93");
    assert!(meter.link.is_open(PEER) && meter.link.is_open(OTHER_DEVICE));
    assert_eq!(meter.takes(&line("2023 21 10 E6E600 01")), [Up::Apdu(OTHER_DEVICE, "01".into())]);
    assert_eq!(meter.hears("0223 21 11"), ["210223 11"]);
}

#[test]
fn on_a_line_with_many_only_the_one_addressed_answers() {
    let meters = [17, 18, 19].map(|device_address| {
        let settings = SecondarySettings { device_address, ..SecondarySettings::DEFAULT };
        Bench::new(Secondary::<Room>::new(settings, [0; 160]))
    });
    let mut meters = meters;
    for (n, address) in ["0223", "0225", "0227"].into_iter().enumerate() {
        for (m, meter) in meters.iter_mut().enumerate() {
            let answers = meter.hears(&format!("{address} 21 93"));
            assert_eq!(answers.len(), usize::from(n == m));
        }
        // What one answers, the others hear as well.
        let answer = line(&format!("21 {address} 73"));
        for meter in &mut meters {
            assert_eq!(meter.takes(&answer), []);
            assert_eq!(meter.says(), [""; 0]);
        }
    }
}

#[test]
fn connections_end_one_by_one() {
    let mut meter = meter::<2>();
    meter.hears("03 21 93");
    meter.waits(50_000);
    meter.hears("03 03 93");
    assert_eq!(meter.waits(70_000), [CLOSED]);
    assert_eq!(meter.waits(49_999), []);
    assert_eq!(meter.waits(1), [Up::Event(LinkEvent::Closed { peer: OTHER })]);
    meter.hears("03 21 93");
    assert!(!meter.link.close(PEER, meter.now) && !meter.link.is_open(PEER));
    assert_eq!(meter.hears("03 21 11"), ["2103 1F"]);
}
