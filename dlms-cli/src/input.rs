use std::io::Read;

use crate::failure::Failure;
use crate::hex;

/// Octets that a command reads at most.
const MOST: u64 = 64 << 20;

/// The octets that an argument `HEX|@FILE|-` stands for: a file or stdin is read as hexadecimal digits if it is only
/// those and blanks, else as it is.
///
/// # Errors
/// `usage` for an argument that is no hex, `io` for a file that cannot be read.
pub(crate) fn octets(argument: &str) -> Result<Vec<u8>, Failure> {
    if argument != "-" && !argument.starts_with('@') {
        return hex::from_text(argument);
    }
    let octets = read(argument)?;
    match core::str::from_utf8(&octets) {
        Ok(text) if is_hex(text) => hex::from_text(text),
        _ => Ok(octets),
    }
}

/// The text that an argument `TEXT|@FILE|-` stands for.
///
/// # Errors
/// `usage` for what is no UTF-8, `io` for a file that cannot be read.
pub(crate) fn text(argument: &str) -> Result<String, Failure> {
    if argument != "-" && !argument.starts_with('@') {
        return Ok(argument.into());
    }
    String::from_utf8(read(argument)?).map_err(|_| Failure::usage(format!("{argument} is no UTF-8 text")))
}

fn read(argument: &str) -> Result<Vec<u8>, Failure> {
    let source: Box<dyn Read> = match argument.strip_prefix('@') {
        None => Box::new(std::io::stdin().lock()),
        Some(path) => match std::fs::File::open(path) {
            Ok(file) => Box::new(file),
            Err(error) => return Err(Failure::usage(format!("{path}: {error}"))),
        },
    };
    let mut octets = Vec::new();
    source.take(MOST + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > MOST {
        return Err(Failure::unsupported(format!("more than {MOST} bytes of input")));
    }
    Ok(octets)
}

fn is_hex(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_ascii_hexdigit())
        && text.chars().any(|c| c.is_ascii_hexdigit())
}
