//! The full forms, in constants too: no group is left out, nothing depends on a default.

use crate::{ObisCode, ParseObisError, ParseObisErrorKind};

/// An [`ObisCode`] constant from one of its full forms; any other text does not compile.
///
/// ```
/// use obis::{ObisCode, obis};
///
/// const ENERGY: ObisCode = obis!("1-0:1.8.0*255");
/// assert_eq!(ENERGY, obis!("1.0.1.8.0.255"));
/// assert_eq!(ENERGY, obis!("0100010800FF"));
/// ```
///
/// ```compile_fail
/// let code = obis::obis!("1-0:1.8.0*256");
/// ```
///
/// ```compile_fail
/// let code = obis::obis!("1.8.0");
/// ```
#[macro_export]
macro_rules! obis {
    ($text:literal) => {{
        #[allow(clippy::panic)]
        const CODE: $crate::ObisCode = match $crate::ObisCode::from_full_text($text) {
            ::core::result::Result::Ok(code) => code,
            ::core::result::Result::Err(_) => {
                ::core::panic!(::core::concat!("not a full OBIS code like 1-0:1.8.0*255: ", $text))
            }
        };
        CODE
    }};
}

impl ObisCode {
    /// Reads a full form: `1-0:1.8.0.255`, `1-0:1.8.0*255`, `1-0:1.8.0&01`, `1.0.1.8.0.255` (or `*`, `&` before F)
    /// or twelve hexadecimal digits. `*` and `&` mean the same here: see the crate documentation.
    ///
    /// Needs no feature and works in constants. `str::parse` (feature `text`) also reads the reduced forms.
    ///
    /// # Errors
    /// Kind and byte offset of what breaks the form.
    pub const fn from_full_text(text: &str) -> Result<Self, ParseObisError> {
        let octets = text.as_bytes();
        if is_hexadecimal_form(octets) { hexadecimal(octets) } else { grouped(octets) }
    }
}

/// A text without any separator can only be the hexadecimal form.
pub(crate) const fn is_hexadecimal_form(text: &[u8]) -> bool {
    let mut rest = text;
    while let [octet, after @ ..] = rest {
        if contains(b"-:.*&", *octet) {
            return false;
        }
        rest = after;
    }
    true
}

const fn grouped(text: &[u8]) -> Result<ObisCode, ParseObisError> {
    const fn group<'a>(
        text: &[u8],
        rest: &'a [u8],
        separators: &[u8],
    ) -> Result<(u8, u8, &'a [u8]), ParseObisError> {
        let (value, rest) = match number(text, rest) {
            Ok(number) => number,
            Err(error) => return Err(error),
        };
        match rest {
            [octet, rest @ ..] if contains(separators, *octet) => Ok((value, *octet, rest)),
            _ => Err(unexpected(text, rest)),
        }
    }
    macro_rules! group {
        ($rest:expr, $separators:expr) => {
            match group(text, $rest, $separators) {
                Ok(group) => group,
                Err(error) => return Err(error),
            }
        };
    }
    let (a, separator, rest) = group!(text, b"-.");
    let (b, _, rest) = group!(rest, if separator == b'-' { b":" } else { b"." });
    let (c, _, rest) = group!(rest, b".");
    let (d, _, rest) = group!(rest, b".");
    let (e, _, rest) = group!(rest, b".*&");
    match number(text, rest) {
        Ok((f, [])) => Ok(ObisCode::new(a, b, c, d, e, f)),
        Ok((_, rest)) => Err(error(ParseObisErrorKind::Trailing, text, rest)),
        Err(error) => Err(error),
    }
}

const fn hexadecimal(text: &[u8]) -> Result<ObisCode, ParseObisError> {
    let mut value = 0_u64;
    let mut digits = 0_u8;
    let mut rest = text;
    while let [octet, after @ ..] = rest {
        if digits == 12 {
            return Err(error(ParseObisErrorKind::Trailing, text, rest));
        }
        let digit = match octet {
            b'0'..=b'9' => octet.wrapping_sub(b'0'),
            b'A'..=b'F' => octet.wrapping_sub(b'A' - 10),
            b'a'..=b'f' => octet.wrapping_sub(b'a' - 10),
            _ => return Err(unexpected(text, rest)),
        };
        value = value << 4 | digit as u64;
        digits = digits.wrapping_add(1);
        rest = after;
    }
    if digits < 12 {
        return Err(error(ParseObisErrorKind::Truncated, text, rest));
    }
    let [_, _, octets @ ..] = value.to_be_bytes();
    Ok(ObisCode::from_octets(octets))
}

/// A decimal number up to 255, leading zeros allowed.
const fn number<'a>(text: &[u8], start: &'a [u8]) -> Result<(u8, &'a [u8]), ParseObisError> {
    let (mut rest, mut value) = match start {
        [digit @ b'0'..=b'9', rest @ ..] => (rest, digit.wrapping_sub(b'0')),
        _ => return Err(unexpected(text, start)),
    };
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        let Some(tens) = value.checked_mul(10) else {
            return Err(error(ParseObisErrorKind::TooLarge, text, start));
        };
        let Some(sum) = tens.checked_add(digit.wrapping_sub(b'0')) else {
            return Err(error(ParseObisErrorKind::TooLarge, text, start));
        };
        value = sum;
        rest = after;
    }
    Ok((value, rest))
}

const fn contains(set: &[u8], octet: u8) -> bool {
    let mut set = set;
    while let [first, rest @ ..] = set {
        if *first == octet {
            return true;
        }
        set = rest;
    }
    false
}

const fn unexpected(text: &[u8], rest: &[u8]) -> ParseObisError {
    let kind = if rest.is_empty() { ParseObisErrorKind::Truncated } else { ParseObisErrorKind::Unexpected };
    error(kind, text, rest)
}

const fn error(kind: ParseObisErrorKind, text: &[u8], rest: &[u8]) -> ParseObisError {
    ParseObisError { kind, offset: text.len().saturating_sub(rest.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENERGY: ObisCode = obis!("1-0:1.8.0*255");

    #[test]
    fn reads_the_full_forms() {
        for text in [
            "1.0.1.8.0.255",
            "1.0.1.8.0*255",
            "1-0:1.8.0.255",
            "1-0:1.8.0&255",
            "0100010800FF",
            "0100010800ff",
        ] {
            assert_eq!(ObisCode::from_full_text(text), Ok(ENERGY), "{text}");
        }
        assert_eq!(obis!("255-255:255.255.255*255"), ObisCode::from([255; 6]));
        assert_eq!(obis!("1-0:1.8.0&001"), ObisCode::new(1, 0, 1, 8, 0, 1));
    }

    #[test]
    fn errors_name_the_place() {
        use ParseObisErrorKind::{TooLarge, Trailing, Truncated, Unexpected};
        for (text, kind, offset) in [
            ("", Truncated, 0),
            ("1-0:1.8.0", Truncated, 9),
            ("1-0.1.8.0.255", Unexpected, 3),
            ("1.0:1.8.0.255", Unexpected, 3),
            ("1-0:1.8.0-255", Unexpected, 9),
            ("1-0:1.8..255", Unexpected, 8),
            ("1-0:256.8.0.255", TooLarge, 4),
            ("1-0:1.8.0.260", TooLarge, 10),
            ("1-0:1.8.0.255.0", Trailing, 13),
            ("C.1.0", Unexpected, 0),
            ("0100010800F", Truncated, 11),
            ("0100010800FG", Unexpected, 11),
            ("0100010800FF0", Trailing, 12),
        ] {
            assert_eq!(ObisCode::from_full_text(text), Err(ParseObisError { kind, offset }), "{text}");
        }
    }
}
