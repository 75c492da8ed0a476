use dlms::Output;
use dlms::client::{Client, Event};
use dlms::server::{Connection, LogicalDevice};
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::Link;
use dlms_core::time::Instant;
use dlms_security::CounterStore;

/// No time passes.
const NOW: Instant = Instant(1_000);

/// A wire between a client and meters that costs nothing: lets both talk until the client has this to tell.
///
/// # Panics
/// It has something else to tell.
pub fn talk_until<
    L: Link,
    C: CryptoProvider,
    S: CounterStore,
    B: Buffer,
    D: LogicalDevice,
    const A: usize,
>(
    expected: &Event,
    client: &mut Client<L, C, S, B>,
    connection: &mut Connection<L, B, A>,
    meters: &mut [D],
) {
    loop {
        match client.poll_output(NOW) {
            Output::Transmit(mut octets) => {
                while !octets.is_empty() {
                    let taken = connection.handle_input(meters, octets, NOW);
                    octets = octets.get(taken..).unwrap_or_default();
                }
            }
            Output::Event(event) => {
                assert_eq!(event, *expected);
                return;
            }
            Output::Wait(_) => loop {
                match connection.poll_output(NOW) {
                    Output::Transmit(mut octets) => {
                        while !octets.is_empty() {
                            let taken = client.handle_input(octets, NOW);
                            octets = octets.get(taken..).unwrap_or_default();
                        }
                    }
                    Output::Event(_) => {}
                    Output::Wait(_) => break,
                }
            },
        }
    }
}
