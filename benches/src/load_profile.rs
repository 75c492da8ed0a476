//! The workload: a GET response with a load profile.

/// Octets of a row.
pub const ROW: usize = 58;
/// Double-long-unsigned values in a row.
pub const VALUES: usize = 8;

/// A row: structure of octet-string(12) date-time, unsigned status, eight double-long-unsigned values that climb.
#[must_use]
pub fn row(number: u32) -> [u8; ROW] {
    let mut row = [0; ROW];
    let mut out = row.iter_mut();
    let mut put = |octets: &[u8]| {
        for (octet, slot) in octets.iter().zip(out.by_ref()) {
            *slot = *octet;
        }
    };
    put(&[2, 10, 9, 12]);
    put(&date_time(number));
    put(&[17, number.to_le_bytes()[0]]);
    for value in 0..8u32 {
        put(&[6]);
        put(&number.wrapping_mul(value + 3).wrapping_add(1_000_000 * value).to_be_bytes());
    }
    row
}

/// The date-time of a row: every quarter of an hour, in a calendar of 28 days to the month.
#[must_use]
pub fn date_time(number: u32) -> [u8; 12] {
    let (minute, hour) = (number % 4 * 15, number / 4 % 24);
    let (day, month, year) = (number / 96 % 28 + 1, number / 2_688 % 12 + 1, 2024 + number / 32_256);
    let octet = |v: u32| v.to_le_bytes()[0];
    let [year_high, year_low] = [year >> 8, year].map(octet);
    [year_high, year_low, octet(month), octet(day), 0xff, octet(hour), octet(minute), 0, 0, 0x80, 0, 0]
}

/// The rows, one after the other.
#[must_use]
pub fn rows(count: u32) -> Vec<u8> {
    (0..count).flat_map(row).collect()
}

/// The array of rows.
#[must_use]
pub fn value(count: u32) -> Vec<u8> {
    let mut value = vec![1];
    match count.to_be_bytes() {
        [0, 0, 0, n @ 0..0x80] => value.push(n),
        [0, 0, 0, n] => value.extend([0x81, n]),
        [0, 0, a, b] => value.extend([0x82, a, b]),
        [a, b, c, d] => value.extend([0x84, a, b, c, d]),
    }
    value.extend(rows(count));
    value
}

/// The get-response with the array of rows.
#[must_use]
pub fn get_response(count: u32) -> Vec<u8> {
    [&[0xc4, 1, 0xc1, 0][..], &value(count)].concat()
}

/// Reads every octet of an octet string, cheaply: what everybody does with the date-time.
#[inline]
#[must_use]
pub fn digest(octets: &[u8]) -> u64 {
    let front = octets.first_chunk::<8>().copied().unwrap_or_default();
    let back = octets.last_chunk::<4>().copied().unwrap_or_default();
    u64::from_be_bytes(front).wrapping_add(u64::from(u32::from_be_bytes(back)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_the_targets_speak_of() {
        assert_eq!(get_response(96).len(), 5_574);
        assert_eq!(get_response(5_000).len(), 290_008);
    }

    #[test]
    fn a_row_is_what_it_says() {
        let row = row(5);
        assert_eq!(row[..5], [2, 10, 9, 12, 7]);
        assert_eq!(row[16..18], [17, 5]);
        assert_eq!(row[18..23], [6, 0, 0, 0, 15]);
        assert_eq!(digest(&row[4..16]), 0x07e8_0101_ff01_0f00 + 0x0080_0000);
    }
}
