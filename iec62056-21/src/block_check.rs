use crate::{ParseError, ParseErrorKind};

/// The block check character BCC: the exclusive or of what stands behind SOH or STX, ETX or EOT included.
#[must_use]
pub fn block_check(octets: &[u8]) -> u8 {
    octets.iter().fold(0, |sum, octet| sum ^ octet)
}

/// Whether `found`, the octet at `offset`, is the block check character of `octets`.
pub(crate) fn verify(octets: &[u8], found: u8, offset: usize) -> Result<(), ParseError> {
    let calculated = block_check(octets);
    if found == calculated {
        Ok(())
    } else {
        Err(ParseErrorKind::BlockCheck { found, calculated }.at(offset))
    }
}
