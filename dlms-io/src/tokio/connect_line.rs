use dlms::client::ClientConfig;
use dlms_core::crypto::CryptoProvider;
use dlms_core::limits;
use dlms_hdlc::{Primary, PrimarySettings};
use dlms_security::{CounterStore, InvocationCounters};

use tokio::io::{AsyncRead, AsyncWrite};

use super::{HdlcMeter, Meter};
use crate::{growing, patience};

/// The meter at the other end of a line of so many baud, which is open. Time-outs count what the line takes, and allow
/// for ports that hand over octets in lumps.
pub fn connect_line<T: AsyncRead + AsyncWrite + Unpin, C: CryptoProvider, K: CounterStore>(
    line: T,
    baud: u32,
    hdlc: PrimarySettings,
    config: ClientConfig,
    crypto: C,
    counters: InvocationCounters<K>,
) -> HdlcMeter<T, C, K> {
    let frame = hdlc.at_baud(baud).response_time_out.saturating_sub(hdlc.response_time_out);
    let window = frame.saturating_mul(u64::from(hdlc.parameters.window_size_transmit));
    let hdlc = hdlc.at_baud(baud).with_gaps(limits::INTER_OCTET_TIME_OUT_TCP);
    let config = patience::over_hdlc(config, &hdlc, window);
    let link = Primary::new(hdlc, Vec::new());
    Meter::new(line, growing::client(link, config, crypto, counters))
}
