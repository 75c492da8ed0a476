use crate::failure::Failure;

/// Octets as upper-case hexadecimal digits.
pub(crate) fn to_text(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

/// Octets from hexadecimal digits of either case, with blanks anywhere.
///
/// # Errors
/// `usage`, with the offset in the text.
pub(crate) fn from_text(text: &str) -> Result<Vec<u8>, Failure> {
    let mut octets = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for (offset, character) in text.char_indices() {
        if character.is_whitespace() {
            continue;
        }
        let digit = character
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
            .ok_or_else(|| Failure::usage(format!("{character:?} is no hexadecimal digit")).at(offset))?;
        match high.take() {
            None => high = Some(digit),
            Some(high) => octets.push(high << 4 | digit),
        }
    }
    match high {
        None => Ok(octets),
        Some(_) => Err(Failure::usage("an odd number of hexadecimal digits").at(text.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_digits_with_blanks_between() {
        assert_eq!(from_text(" 0a\tFF\n1 2 ").unwrap(), [0x0a, 0xff, 0x12]);
        assert!(from_text("").unwrap().is_empty());
        assert!(from_text("0x").unwrap_err().to_string().ends_with("at byte 1"));
        assert!(from_text("012").unwrap_err().to_string().ends_with("at byte 3"));
        assert_eq!(to_text(&[0x0a, 0xff]), "0AFF");
    }
}
