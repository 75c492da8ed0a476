use dlms::client::{Client, ClientConfig};
use dlms_core::crypto::CryptoProvider;
use dlms_core::limits;
use dlms_hdlc::{Primary, PrimarySettings};
use dlms_security::{CounterStore, InvocationCounters};

use crate::growing;

/// A client over HDLC at a host, whose ports and sockets hand over octets in lumps; on a line of so many baud, if it is
/// one.
///
/// An answer is waited for until the link has repeated its frames as often as it may, and for the time that a window of
/// frames takes on the line.
pub(crate) fn hdlc_client<C: CryptoProvider, K: CounterStore>(
    hdlc: PrimarySettings,
    baud: Option<u32>,
    config: ClientConfig,
    crypto: C,
    counters: InvocationCounters<K>,
) -> Client<Primary<Vec<u8>>, C, K, Vec<u8>> {
    let timed = baud.map_or(hdlc, |baud| hdlc.at_baud(baud));
    let frame = timed.response_time_out.saturating_sub(hdlc.response_time_out);
    let window = frame.saturating_mul(u64::from(hdlc.parameters.window_size_transmit));
    let tries = u64::from(hdlc.retries).saturating_add(1);
    let link_gives_up = timed.response_time_out.saturating_mul(tries);
    let response_time_out = config.response_time_out.max(link_gives_up).saturating_add(window);
    let config = ClientConfig { response_time_out, ..config };
    let link = Primary::new(timed.with_gaps(limits::INTER_OCTET_TIME_OUT_TCP), Vec::new());
    growing::client(link, config, crypto, counters)
}
