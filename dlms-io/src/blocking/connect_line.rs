use dlms::client::ClientConfig;
use dlms_core::crypto::CryptoProvider;
use dlms_hdlc::PrimarySettings;
use dlms_security::{CounterStore, InvocationCounters};

use super::{HdlcMeter, Meter, Transport};
use crate::hdlc_client::hdlc_client;

/// The meter at the other end of a line of so many baud, which is open. Time-outs count what the line takes, and allow
/// for ports that hand over octets in lumps.
pub fn connect_line<T: Transport, C: CryptoProvider, K: CounterStore>(
    line: T,
    baud: u32,
    hdlc: PrimarySettings,
    config: ClientConfig,
    crypto: C,
    counters: InvocationCounters<K>,
) -> HdlcMeter<T, C, K> {
    Meter::new(line, hdlc_client(hdlc, Some(baud), config, crypto, counters))
}
