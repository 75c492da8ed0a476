/// The number of the period that a moment is in, where periods of that length begin at moment 0; nothing for periods
/// without length.
pub(crate) fn period_at(moment: i64, length: i64) -> Option<i64> {
    let number = moment.checked_div(length)?;
    // Division is towards zero, periods are not.
    let early = moment < 0 && number.saturating_mul(length) != moment;
    Some(number.saturating_sub(i64::from(early)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_before_the_first_have_negative_numbers() {
        let numbers = [-901, -900, -899, -1, 0, 899, 900].map(|moment| period_at(moment, 900).unwrap());
        assert_eq!(numbers, [-2, -1, -1, -1, 0, 0, 1]);
        assert_eq!(period_at(7, 0), None);
    }
}
