//! A client over the TCP wrapper with suite 0: authenticates by GMAC, reads a register, opens a breaker.
#![no_std]
#![no_main]

use cosem_classes::disconnect_control::DisconnectControl;
use cosem_classes::register::Register;
use dlms::Authentication;
use dlms::Output;
use dlms::client::{Ciphering, Client, ClientConfig, Event};
use dlms_core::acse::MechanismName;
use dlms_core::time::Instant;
use dlms_security::{Aes128, FixedKeys, InvocationCounters, RamCounters, SoftwareProvider, SystemTitle};
use dlms_wrapper::{Role, Stream};
use obis::obis;
use probe::{Board, Counter, Place, keys};

probe::entry!(main);

type Provider = SoftwareProvider<Counter, FixedKeys<Aes128, 4, 1>>;
type Meter = Client<Stream, Provider, RamCounters<2>, [u8; 512]>;
static METER: Place<Meter> = Place::new();

const ENERGY: Register = Register::at(obis!("1-0:1.8.0.255"));
const BREAKER: DisconnectControl = DisconnectControl::at(obis!("0-0:96.3.10.255"));

fn main(mut board: Board) -> ! {
    let mut crypto = Provider::new(Counter::default());
    keys(|id, key| crypto.set_key(id, key).is_ok());
    let mut config = ClientConfig::new(1, 1);
    config.authentication = Authentication::Hls(MechanismName::HlsGmac);
    config.ciphering = Some(Ciphering::new(SystemTitle(*b"CLIENT01")));
    let counters = InvocationCounters::new(RamCounters::new());
    let client = Client::new(Stream::new(Role::Client), config, crypto, counters, [0; 512], [0; 512]);
    // SAFETY: `main` runs once, and this is the only `put` to that place.
    let meter = unsafe { METER.put(client) };
    let _ = meter.associate();
    loop {
        let now = Instant(board.now().into());
        match meter.poll_output(now) {
            Output::Transmit(octets) => board.send(octets),
            Output::Event(Event::Associated) => {
                let _ = meter.get(ENERGY.value());
            }
            Output::Event(Event::Completed) => {
                let much = meter.value::<u32>().is_ok_and(|energy| energy > 1_000);
                let next = if much {
                    meter.invoke_method(BREAKER.remote_disconnect(), &0)
                } else {
                    meter.get(ENERGY.value())
                };
                if next.is_err() {
                    let _ = meter.release();
                }
            }
            Output::Event(_) => {
                let _ = meter.associate();
            }
            Output::Wait(_) => match board.receive() {
                Some(octet) => {
                    meter.handle_input(&[octet], now);
                }
                None => meter.handle_timeout(now),
            },
        }
    }
}
