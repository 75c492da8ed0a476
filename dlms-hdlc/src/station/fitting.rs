use crate::{LLC_LEN, Parameters};

/// Octets of a frame besides its information field.
const FRAME: usize = 11;
/// Octets of a block that are not of the value: its own header and that of ciphering.
const HEAD: usize = 44;
/// What it takes to hand over: RR, and the silence of about so many octets.
const TURN: usize = 9 + 30;
/// The request for the next block, and the silence before the answer.
const NEXT: usize = FRAME + 10 + 30;

/// The length, up to `most`, of blocks that take the least time for an octet of a long value: where the last frame, or
/// the last window, would be nearly empty, it is better left out.
pub(crate) fn fitting(parameters: Parameters, frame: usize, most: usize) -> usize {
    let window = usize::from(parameters.window_size_transmit).saturating_mul(frame);
    let whole = |unit: usize| {
        let units = most.saturating_add(LLC_LEN).checked_div(unit).unwrap_or(0);
        units.saturating_mul(unit).saturating_sub(LLC_LEN)
    };
    let better = |best: usize, other: usize| {
        let gain = |length: usize, cost: usize| length.saturating_sub(HEAD).saturating_mul(cost);
        let [best_cost, other_cost] = [best, other].map(|length| cost(length, frame, window));
        if gain(other, best_cost) > gain(best, other_cost) { other } else { best }
    };
    better(better(most, whole(frame)), whole(window))
}

/// Octets on the line, and silence as octets, for a block of this length.
fn cost(length: usize, frame: usize, window: usize) -> usize {
    let octets = length.saturating_add(LLC_LEN);
    let frames = octets.div_ceil(frame.max(1));
    let turns = octets.div_ceil(window.max(1));
    octets
        .saturating_add(frames.saturating_mul(FRAME))
        .saturating_add(turns.saturating_sub(1).saturating_mul(TURN))
        .saturating_add(NEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(length: u16, window: u8, most: usize) -> usize {
        fitting(Parameters::symmetric(length, window), length.into(), most)
    }

    #[test]
    fn nearly_empty_frames_and_windows_are_left_out() {
        assert_eq!(fits(128, 1, 1024), 1021);
        assert_eq!(fits(128, 1, 130), 125);
        assert_eq!(fits(128, 7, 1024), 893);
        assert_eq!(fits(256, 7, 1024), 1021);
        assert_eq!(fits(1024, 7, 4096), 4093);
        assert_eq!(fits(2030, 7, 65_535), 56_837);
    }

    #[test]
    fn what_fills_its_last_frame_well_stays() {
        assert_eq!(fits(128, 1, 1021), 1021);
        assert_eq!(fits(128, 1, 1020), 1020);
        assert_eq!(fits(128, 1, 1000), 1000);
        assert_eq!(fits(2030, 7, 1024), 1024);
        for most in [0, 1, 12, 40, 120, 125] {
            assert_eq!(fits(128, 1, most), most);
        }
    }

    #[test]
    fn no_length_is_worse_than_the_longest() {
        for length in [4, 32, 128, 500, 2030] {
            for window in 1..=7 {
                for most in (0..8_000).step_by(61) {
                    let fitting = fits(length, window, most);
                    assert!(fitting <= most && (fitting > HEAD || fitting == most));
                    let [frame, whole] = [length.into(), usize::from(length) * usize::from(window)];
                    let rate = |n: usize| n.saturating_sub(HEAD) as f64 / cost(n, frame, whole) as f64;
                    assert!(rate(fitting) >= rate(most), "{length} {window} {most}");
                }
            }
        }
    }

    #[test]
    fn any_number_at_all_is_taken() {
        for frame in [0, 1, usize::MAX] {
            for most in [0, 1, usize::MAX] {
                assert!(fitting(Parameters::DEFAULT, frame, most) <= most);
            }
        }
    }
}
