use core::time::Duration;
use std::io::{Read, Write};
use std::net::TcpStream;

use dlms_core::apdu::{ExceptionResponse, ExceptionServiceError};
use dlms_core::codec::Decode;
use dlms_wrapper::{HEADER_LEN, Header};
use serde_json::json;

use super::step::Shown;
use super::unexpected;
use crate::failure::Failure;
use crate::hex;
use crate::session::transport;

/// Sends a recorded frame again and shows that the meter does not take it.
///
/// # Errors
/// The meter takes it, or does not answer.
pub(super) fn show(mut socket: &TcpStream, recorded: &[u8]) -> Result<(Shown, u64, u64), Failure> {
    let mut exchange = || -> std::io::Result<Vec<u8>> {
        socket.set_read_timeout(Some(Duration::from_secs(5)))?;
        socket.write_all(recorded)?;
        let mut header = [0; HEADER_LEN];
        socket.read_exact(&mut header)?;
        let length = Header::from_bytes(&header).map_or(0, |header| usize::from(header.length));
        let mut apdu = vec![0; length];
        socket.read_exact(&mut apdu)?;
        Ok(apdu)
    };
    let answer = exchange().map_err(|error| transport(&error))?;
    let exception = ExceptionResponse::from_bytes(&answer).map_err(|_| {
        unexpected(format!("the meter took a message that it had before: {}", hex::to_text(&answer)))
    })?;
    let expected = match exception.service_error {
        ExceptionServiceError::InvocationCounterError(Some(expected)) => expected,
        other => return Err(unexpected(format!("refused for another reason than the counter: {other}"))),
    };
    let (state, service) = (exception.state_error.name(), exception.service_error.name());
    let text = format!(
        "sent again  {}\nanswer      {}\nrefused     exception-response: {state}, {service}; the next counter is {expected}\n",
        shortened(recorded),
        hex::to_text(&answer),
    );
    let json = json!({
        "sent": hex::to_text(recorded),
        "received": hex::to_text(&answer),
        "exception": {"state-error": state, "service-error": service, "invocation-counter": expected},
    });
    let (sent, received) = (recorded.len() as u64, (HEADER_LEN + answer.len()) as u64);
    Ok((Shown { text, json }, sent, received))
}

/// The beginning of a frame.
fn shortened(frame: &[u8]) -> String {
    match frame.split_at_checked(36) {
        Some((beginning, _)) => format!("{}… ({} bytes)", hex::to_text(beginning), frame.len()),
        None => hex::to_text(frame),
    }
}
