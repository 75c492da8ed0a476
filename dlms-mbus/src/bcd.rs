/// The number whose decimal digits, two an octet, the low octet first, these are; nothing if one is no digit, or if it
/// has more than eighteen of them.
pub(crate) fn number(octets: &[u8]) -> Option<i64> {
    octets.iter().rev().try_fold(0i64, |number, octet| {
        let (high, low) = (octet >> 4, octet & 0x0f);
        let two = if high < 10 && low < 10 { high.wrapping_mul(10).wrapping_add(low) } else { return None };
        number.checked_mul(100)?.checked_add(i64::from(two))
    })
}

/// The decimal digits of a number, two an octet, the low octet first; those that do not fit are left out.
pub(crate) fn digits<const N: usize>(mut number: u64) -> [u8; N] {
    let mut octets = [0; N];
    for octet in &mut octets {
        let two = u8::try_from(number.checked_rem(100).unwrap_or(0)).unwrap_or(0);
        *octet = ((two / 10) << 4) | (two % 10);
        number = number.checked_div(100).unwrap_or(0);
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        assert_eq!(number(&[0x78, 0x56, 0x34, 0x12]), Some(12_345_678));
        assert_eq!(digits::<4>(12_345_678), [0x78, 0x56, 0x34, 0x12]);
        assert_eq!(digits::<1>(123), [0x23]);
        assert_eq!(number(&[0x0a]), None);
        assert_eq!(number(&[0x99; 9]), Some(999_999_999_999_999_999));
        assert_eq!(number(&[0x99; 10]), None);
    }
}
