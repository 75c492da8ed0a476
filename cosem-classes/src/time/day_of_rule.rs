use dlms_core::data::Date;

/// The day that a rule like "last Sunday of March" means in `year`, in days since 1970-01-01; a year that the rule
/// names goes before. Nothing for what is no rule for one day.
pub(crate) fn day_of_rule(rule: Date, year: u16) -> Option<i64> {
    let any_year = rule.year == 0xffff;
    let year = if any_year { year } else { rule.year };
    let first = Date { year, month: rule.month, day_of_month: 1, day_of_week: 0xff }.days_since_epoch()?;
    let week_day = Some(i64::from(rule.day_of_week)).filter(|day| (1..=7).contains(day));
    let day = match rule.day_of_month {
        0xfe => last_day(first),
        // Second last: of the days of the month, or of the Sundays.
        0xfd => last_day(first).saturating_sub(if week_day.is_some() { 7 } else { 1 }),
        0xff => return week_day.map(|week_day| on_or_after(first, week_day)),
        day_of_month => {
            let day = Date { year, month: rule.month, day_of_month, day_of_week: 0xff }.days_since_epoch()?;
            // A date of one year says on its own which day of the week it is.
            return Some(match week_day {
                Some(week_day) if any_year => on_or_after(day, week_day),
                _ => day,
            });
        }
    };
    Some(week_day.map_or(day, |week_day| on_or_after(day.saturating_sub(6), week_day)))
}

/// The last day of the month that begins with `first`.
fn last_day(first: i64) -> i64 {
    let next_month = first.saturating_add(31);
    next_month.saturating_sub(i64::from(Date::from_days_since_epoch(next_month).day_of_month))
}

fn on_or_after(day: i64, week_day: i64) -> i64 {
    // Day 0 was a Thursday.
    day.saturating_add(week_day.saturating_sub(4).saturating_sub(day).rem_euclid(7))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn day(month: u8, day_of_month: u8, day_of_week: u8, year: u16) -> Option<String> {
        let rule = Date { year: 0xffff, month, day_of_month, day_of_week };
        day_of_rule(rule, year).map(|day| Date::from_days_since_epoch(day).to_string())
    }

    #[test]
    fn rules_name_one_day_a_year() {
        assert_eq!(day(3, 0xfe, 7, 2024).unwrap(), "2024-03-31");
        assert_eq!(day(10, 0xfe, 7, 2024).unwrap(), "2024-10-27");
        assert_eq!(day(10, 0xfd, 7, 2024).unwrap(), "2024-10-20");
        assert_eq!(day(2, 0xfe, 0xff, 2024).unwrap(), "2024-02-29");
        assert_eq!(day(2, 0xfd, 0xff, 2023).unwrap(), "2023-02-27");
        assert_eq!(day(12, 0xfe, 0xff, 2023).unwrap(), "2023-12-31");
        assert_eq!(day(3, 8, 7, 2026).unwrap(), "2026-03-08");
        assert_eq!(day(11, 1, 7, 2025).unwrap(), "2025-11-02");
        assert_eq!(day(4, 0xff, 1, 2025).unwrap(), "2025-04-07");
        assert_eq!(day(7, 14, 0xff, 2025).unwrap(), "2025-07-14");
        assert_eq!(day(0xff, 1, 7, 2025), None);
        assert_eq!(day(1, 0xff, 0xff, 2025), None);
        assert_eq!(day(2, 30, 0xff, 2025), None);
    }

    #[test]
    fn a_date_with_its_year_is_that_day() {
        let date = Date { year: 2021, month: 3, day_of_month: 28, day_of_week: 1 };
        assert_eq!(Date::from_days_since_epoch(day_of_rule(date, 2030).unwrap()).to_string(), "2021-03-28");
    }
}
