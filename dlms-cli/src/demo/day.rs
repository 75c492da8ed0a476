use dlms::client::profile::{TimeBound, TimeRange};
use dlms_core::data::DateTime;
use obis::{ObisCode, obis};
use serde_json::json;

use super::step::Shown;
use super::unexpected;
use crate::failure::Failure;
use crate::moment::{now, utc_seconds};
use crate::profile::{self, Profile};
use crate::session::Session;
use crate::table::Table;

/// Energy taken: a counter in the load profile.
const IMPORT: ObisCode = obis!("1-0:1.8.0.255");
const HOUR: i64 = 3_600;
/// Places of the longest bar.
const BAR: f64 = 48.0;

/// Reads the last day of the load profile and shows what was taken in each hour of it.
pub(super) fn show(session: &mut Session, name: ObisCode) -> Result<Shown, Failure> {
    let hour = now().div_euclid(HOUR) * HOUR;
    let range = TimeRange { from: Some(TimeBound::Utc(hour - 24 * HOUR)), to: Some(TimeBound::Utc(hour)) };
    let profile = profile::read(session, name, range.into(), None)?;
    let hours = hours(&profile).ok_or_else(|| unexpected("the load profile has no energy over time"))?;
    let most = hours.iter().map(|(_, energy)| *energy).fold(0.0, f64::max);
    let unit = profile.columns.iter().find(|column| column.object.logical_name == IMPORT);
    let unit = unit.map(profile::Column::unit).unwrap_or_default();
    let mut table = Table::new([1]);
    table.row(["hour to", unit.as_str()]);
    for (end, energy) in &hours {
        table.row([end.to_string(), format!("{energy:.0}"), bar(energy / most.max(1.0))]);
    }
    let json = json!({"rows": profile.rows.len(), "hours": hours
        .iter()
        .map(|(end, energy)| json!({"to": end.to_string(), "energy": energy, "unit": unit}))
        .collect::<Vec<_>>()});
    Ok(Shown { text: format!("{} rows\n{}", profile.rows.len(), table.text()), json })
}

/// Energy taken in each hour, with its end: differences of the counter at full hours.
fn hours(profile: &Profile) -> Option<Vec<(DateTime, f64)>> {
    let clock = profile.columns.iter().position(profile::Column::is_time)?;
    let place = profile.columns.iter().position(|column| column.object.logical_name == IMPORT)?;
    let column = profile.columns.get(place)?;
    let mut counts = Vec::new();
    for row in &profile.rows {
        let time = row.get(clock)?.as_data().as_date_time()?;
        if utc_seconds(time)?.rem_euclid(HOUR) == 0 {
            counts.push((time, column.approximate(row.get(place)?.as_data())?));
        }
    }
    let pairs = counts.iter().zip(counts.iter().skip(1));
    let hours: Vec<_> = pairs.map(|((_, before), (time, after))| (*time, after - before)).collect();
    (!hours.is_empty()).then_some(hours)
}

/// A bar of eighths of a place.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to BAR")]
fn bar(share: f64) -> String {
    const PARTS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let eighths = (share.clamp(0.0, 1.0) * BAR * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    bar.extend(PARTS.get(eighths % 8).filter(|part| **part != ' '));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_share() {
        assert_eq!(bar(1.0).chars().count(), 48);
        assert_eq!(bar(0.5), "█".repeat(24));
        assert_eq!(bar(1.5 / 48.0), "█▌");
        assert_eq!(bar(-1.0), "");
    }
}
