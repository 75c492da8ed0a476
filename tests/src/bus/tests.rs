use super::*;

/// The line with so many that only listen, besides one that says something after ten milliseconds.
fn said(octets: &[u8], ports: Vec<Port>) -> (Bus, Vec<Talker>) {
    let mut talkers: Vec<Talker> = ports.iter().map(|_| Talker::silent()).collect();
    talkers[0].say(Instant(10), octets);
    let mut bus = Bus::new(Line::STANDARD, ports, 1);
    run(&mut bus, &mut talkers);
    (bus, talkers)
}

fn run(bus: &mut Bus, talkers: &mut [Talker]) {
    let mut stations: Vec<&mut dyn Station> = talkers.iter_mut().map(|t| t as &mut dyn Station).collect();
    bus.stir();
    while bus.step(&mut stations) {}
}

#[test]
fn everybody_hears_every_octet_when_it_ends() {
    let (bus, talkers) = said(&[1, 2, 3], vec![Port::PLAIN; 3]);
    assert_eq!(bus.nanoseconds(), 10 * MILLISECOND + 3 * Line::STANDARD.octet());
    assert!(talkers[0].heard.is_empty());
    for talker in &talkers[1..] {
        assert_eq!((&talker.heard[..], talker.last_heard), (&[1, 2, 3][..], Instant(13)));
    }
    assert_eq!((bus.traffic().octets, bus.traffic().longest_silence), (3, 9 * MILLISECOND));
}

#[test]
fn an_adapter_may_hear_its_own_octets() {
    let (_, talkers) = said(&[1, 2], vec![Port { echo: true, ..Port::PLAIN }, Port::PLAIN]);
    assert_eq!(talkers[0].heard, [1, 2]);
}

#[test]
fn octets_are_read_in_pieces_or_after_a_silence() {
    let octet = Line::STANDARD.octet();
    let ports = vec![
        Port::PLAIN,
        Port { reads: Reads::pieces(2), ..Port::PLAIN },
        Port { reads: Reads::FRAMES, ..Port::PLAIN },
    ];
    let (bus, talkers) = said(&[1, 2, 3], ports);
    assert_eq!(talkers[1].heard, [1, 2, 3]);
    assert_eq!(talkers[2].last_heard, Instant(10 + 5 * octet / MILLISECOND));
    assert_eq!(bus.nanoseconds(), 10 * MILLISECOND + 7 * octet);
}

#[test]
fn who_listens_first_waits_for_silence_and_turns_round() {
    let ports = vec![Port::PLAIN, Port::PLAIN.turning_in(5)];
    let mut talkers = [Talker::silent(), Talker::silent()];
    talkers[0].say(Instant(10), &[1, 2, 3]);
    talkers[1].say(Instant(11), &[4]);
    let mut bus = Bus::new(Line::STANDARD, ports, 1);
    run(&mut bus, &mut talkers);
    assert_eq!((&talkers[0].heard[..], &talkers[1].heard[..]), (&[4][..], &[1, 2, 3][..]));
    assert_eq!(bus.traffic().collisions, 0);
    assert_eq!(bus.nanoseconds(), 15 * MILLISECOND + 4 * Line::STANDARD.octet());
}

#[test]
fn two_at_once_are_not_understood() {
    let careless = Port { listens_first: false, ..Port::PLAIN };
    let mut talkers = [Talker::silent(), Talker::silent(), Talker::silent()];
    talkers[0].say(Instant(10), &[1, 2, 3, 4]);
    talkers[1].say(Instant(11), &[5, 6]);
    let mut bus = Bus::new(Line::STANDARD, vec![careless; 3], 1);
    run(&mut bus, &mut talkers);
    assert_eq!(bus.traffic().collisions, 5);
    let heard = &talkers[2].heard;
    assert_eq!((heard.len(), heard[5]), (6, 4));
    assert!([1, 5, 2, 6, 3].iter().zip(heard).all(|(said, heard)| said != heard), "{heard:?}");
}

#[test]
fn faults_are_the_same_every_time() {
    let frame = [0x7e, 1, 2, 3, 0x7e];
    let with = |faults| {
        let ports = vec![Port { faults, ..Port::PLAIN }, Port::PLAIN];
        let (bus, talkers) = said(&frame, ports.clone());
        assert_eq!(said(&frame, ports).1[1].heard, talkers[1].heard);
        (bus.nanoseconds() / MILLISECOND, talkers[1].heard.clone())
    };
    let good = Faults::NONE;
    assert_eq!(with(good), (15, frame.to_vec()));
    assert_eq!(with(Faults { lost: 1000, ..good }), (15, vec![]));
    assert_eq!(with(Faults { doubled: 1000, ..good }).1, [frame, frame].concat());
    let (_, damaged) = with(Faults { damaged: 1000, ..good });
    let bits = |a: &[u8], b: &[u8]| a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();
    assert_eq!((damaged.len(), bits(&damaged, &frame)), (5, 1));
    assert!(frame.starts_with(&with(Faults { cut: 1000, ..good }).1));
    let (_, noisy) = with(Faults { noise: 1000, ..good });
    assert!(noisy.len() > 5 && noisy.ends_with(&frame));
    assert!(with(Faults { delayed: 1000, delay: 1000, ..good }).0 > 15);
    assert!(with(Faults { octets_lost: u16::MAX, ..good }).1.len() < 5);
    assert!(with(Faults { octets_inserted: u16::MAX, ..good }).1.len() > 5);
    assert!(bits(&with(Faults { octets_damaged: u16::MAX, ..good }).1, &frame) > 1);
}

#[test]
fn time_passes_without_anybody() {
    let mut bus = Bus::new(Line::STANDARD, vec![Port::PLAIN; 2], 1);
    let mut talkers = [Talker::silent(), Talker::silent()];
    let [first, second] = &mut talkers;
    bus.pass(1_000, &mut [first, second]);
    assert_eq!(bus.now(), Instant(1_001));
}
