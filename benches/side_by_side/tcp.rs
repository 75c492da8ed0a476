//! Sessions over TCP on the loopback interface: processor time of both ends, the kernel's included.

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use dlms_bench::{Comparison, Contender, Target, load_profile};
use dlms_cosem_rs::codec::{Encode as _, SliceWriter};
use dlms_cosem_rs::transport::wrapper::{StreamReassembler, Wpdu};
use dlms_io::blocking::{Server, TcpMeter, connect_tcp};
use dlms_security::{CounterId, InvocationCounters, RamCounters};

use crate::ciphering::{Provider, provider};
use crate::pair::{self, ENERGY, PROFILE, WATT_HOURS};
use crate::peer_pair::{self, PeerPair, Session, Wire};
use crate::sessions::{ROWS, WHOLE, receipt};

/// Octets of a ciphered GET and of its answer, wrapper included.
const GET: [usize; 2] = [40, 36];
/// The same of a whole session: AARQ, third and fourth pass of HLS, GET, RLRQ.
const SESSION: [[usize; 2]; 4] = [[103, 115], [59, 52], GET, [50, 50]];
/// The same of the request for the next block.
const NEXT_BLOCK: usize = 34;

/// Until the threads of a connection have found each other.
const BATCH: Duration = Duration::from_millis(3);

pub(crate) fn comparisons() -> Vec<Comparison<'static>> {
    [
        session("S2", "TCP: connect, HLS-GMAC association, GET, release").target(Target::limit(1.3)),
        get("S3", "TCP: GET ciphered").target(Target::limit(1.5)),
        blocks("S4", "TCP: P5000 by GET, ciphered, PDU 1024", 1024).target(Target::limit(1.6)),
        blocks("S4", "TCP: P5000 by GET, ciphered, PDU 65535", 0xffff).target(Target::limit(3.0)),
    ]
    .map(|comparison| comparison.batch(BATCH))
    .into()
}

type Ours = TcpMeter<Provider, RamCounters>;

/// Connects to a meter, counting on where the last connection ended.
fn connect(address: SocketAddr, pdu: u16, counter: u32) -> Ours {
    let mut counters = InvocationCounters::new(RamCounters::new());
    counters.raise(COUNTER, counter).unwrap();
    connect_tcp(address, pair::client_config(true, pdu), provider(2), counters).unwrap()
}

const COUNTER: CounterId = CounterId { setup: 0, broadcast: false };

/// A meter that waits for connections.
fn serve(rows: u32) -> SocketAddr {
    let meters = Arc::new(Mutex::new(vec![pair::meter(true, rows)]));
    let server = Server::bind("127.0.0.1:0", meters).unwrap();
    let address = server.local_addr();
    thread::spawn(move || server.run(|_, _| {}));
    address
}

/// The other's: what its user writes around its sessions. A connection at a time, no threads.
fn serve_peer<const N: usize>(profile: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = move || {
        let mut meter = peer_pair::meter::<N>(true, profile);
        for stream in listener.incoming() {
            let mut line = Line::new(stream.unwrap());
            let mut answer = vec![0; 1 << 16];
            while let Some(request) = line.receive() {
                let len = meter.handle(request, &mut answer).unwrap();
                line.send(1, 1, &answer[..len]);
            }
            meter.reset();
        }
    };
    // It holds values on the stack.
    thread::Builder::new().stack_size(1 << 26).spawn(serve).unwrap();
    address
}

/// A connection that carries one APDU at a time with the other's wrapper.
struct Line {
    stream: TcpStream,
    reassembler: StreamReassembler,
    input: Vec<u8>,
    filled: usize,
    /// Of what was received last.
    used: usize,
    output: Vec<u8>,
}

impl Line {
    fn new(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        let room = || vec![0; (1 << 16) + 8];
        let reassembler = StreamReassembler::new(0);
        Self { stream, reassembler, input: room(), filled: 0, used: 0, output: room() }
    }

    fn send(&mut self, source: u16, destination: u16, apdu: &[u8]) {
        let mut w = SliceWriter::new(&mut self.output);
        Wpdu::new(source, destination, apdu).unwrap().encode(&mut w).unwrap();
        self.stream.write_all(w.as_slice()).unwrap();
    }

    /// The next APDU; nothing at the end.
    fn receive(&mut self) -> Option<&[u8]> {
        self.input.copy_within(self.used..self.filled, 0);
        self.filled -= self.used;
        self.used = 0;
        while self.used == 0 {
            match self.reassembler.next_pdu(&self.input[..self.filled]).unwrap() {
                Some((_, used)) => self.used = used,
                None => match self.stream.read(&mut self.input[self.filled..]) {
                    Ok(0) | Err(_) => return None,
                    Ok(n) => self.filled += n,
                },
            }
        }
        Some(&self.input[8..self.used])
    }
}

impl Wire for Line {
    fn ask(&mut self, request: &[u8], response: &mut [u8]) -> usize {
        self.send(1, 1, request);
        let answer = self.receive().unwrap();
        response[..answer.len()].copy_from_slice(answer);
        answer.len()
    }
}

fn connect_peer(address: SocketAddr, session: Session) -> PeerPair<Line> {
    PeerPair::new(session, Line::new(TcpStream::connect(address).unwrap()))
}

/// Whoever answers so many octets with so many others, as the request says.
fn serve_floor() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream.set_nodelay(true).unwrap();
            let mut octets = vec![0; (1 << 16) + 8];
            while let Ok(n @ 1..) = stream.read(&mut octets) {
                let [a, b, c, d, ..] = octets[..n] else { panic!("in one piece") };
                let answer = u32::from_be_bytes([a, b, c, d]) as usize;
                stream.write_all(&octets[..answer]).unwrap();
            }
        }
    });
    address
}

fn connect_floor(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// The same octets to and fro, without any meaning.
fn ask_floor(stream: &mut TcpStream, [request, answer]: [usize; 2], octets: &mut [u8]) {
    octets[..4].copy_from_slice(&u32::try_from(answer).unwrap().to_be_bytes());
    stream.write_all(&octets[..request]).unwrap();
    let mut left = answer;
    while left > 0 {
        left -= stream.read(octets).unwrap();
    }
}

fn session(id: &'static str, work: &'static str) -> Comparison<'static> {
    let (ours, peer, floor) = (serve(0), serve_peer::<1024>(Vec::new()), serve_floor());
    let (mut counter, mut counter_of_peer) = (0, 0);
    let mut octets = [0; 256];
    Comparison::new(id, work)
        .by(Contender::Ours, move || {
            let mut meter = connect(ours, 1024, counter);
            meter.associate().unwrap();
            let value = meter.get(ENERGY.value().of::<u32>()).unwrap();
            meter.release().unwrap();
            counter = meter.client_mut().counters_mut().peek(COUNTER).unwrap();
            value.into()
        })
        .by(Contender::DlmsCosemRs, move || {
            let mut session = peer_pair::session(true, 1024);
            session.set_invocation_counter(counter_of_peer);
            let mut meter = connect_peer(peer, session);
            meter.associate();
            let value = meter.register();
            meter.release();
            counter_of_peer = meter.invocation_counter();
            value
        })
        .by(Contender::Limit, move || {
            let mut stream = connect_floor(floor);
            SESSION.iter().for_each(|sizes| ask_floor(&mut stream, *sizes, &mut octets));
            WATT_HOURS.into()
        })
}

fn get(id: &'static str, work: &'static str) -> Comparison<'static> {
    let mut ours = connect(serve(0), 1024, 0);
    ours.associate().unwrap();
    let mut peer = connect_peer(serve_peer::<1024>(Vec::new()), peer_pair::session(true, 1024));
    peer.associate();
    let mut floor = connect_floor(serve_floor());
    let mut octets = [0; 256];
    Comparison::new(id, work)
        .by(Contender::Ours, move || ours.get(ENERGY.value().of::<u32>()).unwrap().into())
        .by(Contender::DlmsCosemRs, move || peer.register())
        .by(Contender::Limit, move || {
            ask_floor(&mut floor, GET, &mut octets);
            WATT_HOURS.into()
        })
}

fn blocks(id: &'static str, work: &'static str, pdu: u16) -> Comparison<'static> {
    let expected = load_profile::value(ROWS);
    let mut ours = connect(serve(ROWS), pdu, 0);
    ours.associate().unwrap();
    let mut peer = connect_peer(serve_peer::<WHOLE>(expected.clone()), peer_pair::session(true, pdu));
    peer.associate();
    assert!(peer.load_profile() == expected);
    let mut floor = connect_floor(serve_floor());
    let mut octets = vec![0; (1 << 16) + 8];
    Comparison::new(id, work)
        .by(Contender::Ours, move || receipt(ours.get_any(PROFILE.buffer().descriptor(), None).unwrap()))
        .by(Contender::DlmsCosemRs, move || receipt(peer.load_profile()))
        .by(Contender::Limit, move || {
            let mut left = expected.len();
            while left > 0 {
                let block = left.min(usize::from(pdu) - 40);
                ask_floor(&mut floor, [NEXT_BLOCK, block + 48], &mut octets);
                left -= block;
            }
            receipt(&expected)
        })
}
