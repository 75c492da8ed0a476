use std::io;

use dlms::client::ClientConfig;
use dlms_core::crypto::CryptoProvider;
use dlms_hdlc::PrimarySettings;
use dlms_security::{CounterStore, InvocationCounters};
use iec62056_21::{LineSettings, Opening, OpeningSettings};

use super::{EchoCancelling, HdlcMeter, SerialPort, connect_line, open};
use crate::OpenError;

/// Opens a serial port to a meter that speaks HDLC at once, at a known speed.
///
/// # Errors
/// There is no such port, it is in use, or it cannot be so.
pub fn connect_serial<C: CryptoProvider, K: CounterStore>(
    path: &str,
    line: LineSettings,
    hdlc: PrimarySettings,
    config: ClientConfig,
    crypto: C,
    counters: InvocationCounters<K>,
) -> io::Result<HdlcMeter<EchoCancelling<SerialPort>, C, K>> {
    Ok(connect_line(
        EchoCancelling::new(SerialPort::open(path, line)?),
        line.baud,
        hdlc,
        config,
        crypto,
        counters,
    ))
}

/// Opens a serial port to a meter that mode E of IEC 62056-21 switches to HDLC, as at its optical head.
///
/// # Errors
/// There is no such port, it is in use, or it cannot be so; no meter answers, or not as it must.
pub async fn connect_mode_e<C: CryptoProvider, K: CounterStore>(
    path: &str,
    opening: OpeningSettings,
    hdlc: PrimarySettings,
    config: ClientConfig,
    crypto: C,
    counters: InvocationCounters<K>,
) -> Result<HdlcMeter<EchoCancelling<SerialPort>, C, K>, OpenError<io::Error>> {
    let mut port = SerialPort::open(path, LineSettings::INITIAL).map_err(OpenError::Io)?;
    let opened = open(&mut port, &mut Opening::new(opening)).await?;
    Ok(connect_line(EchoCancelling::new(port), opened.line.baud, hdlc, config, crypto, counters))
}
