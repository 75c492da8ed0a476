//! How long octets take on a serial line.

use crate::MAX_HEADER;

/// A character on the line: start bit, eight bits, stop bit; 7E1 has as many.
const BITS: u64 = 10;

/// Milliseconds that a frame with so long an information field takes.
pub(crate) const fn longest_frame(information: u16, baud: u32) -> u64 {
    // Flags and the frame check sequence.
    let octets = (information as u64).saturating_add(MAX_HEADER as u64).saturating_add(4);
    milliseconds(octets, baud)
}

/// Milliseconds that four characters take.
pub(super) const fn four_characters(baud: u32) -> u64 {
    milliseconds(4, baud)
}

const fn milliseconds(octets: u64, baud: u32) -> u64 {
    let baud = if baud == 0 { 1 } else { baud as u64 };
    octets.saturating_mul(BITS * 1000).div_ceil(baud)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PrimarySettings;

    #[test]
    fn slow_lines_get_their_time() {
        assert_eq!(four_characters(300), 134);
        assert_eq!(longest_frame(2030, 9600), 2133);
        assert_eq!(longest_frame(2030, 0), 20_470_000);
        let settings = PrimarySettings::DEFAULT.at_baud(300);
        assert_eq!(settings.inter_octet_time_out, 134);
        assert_eq!(settings.response_time_out, 5_000 + 68_234);
        assert_eq!(PrimarySettings::DEFAULT.at_baud(115_200).inter_octet_time_out, 25);
    }
}
