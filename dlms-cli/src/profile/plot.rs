use core::fmt::Write;

use super::{Column, Profile};
use crate::failure::Failure;
use crate::moment::utc_seconds;

const WIDTH: f64 = 960.0;
/// Of a panel, and of the space above and below its lines.
const HEIGHT: f64 = 180.0;
const ABOVE: f64 = 28.0;
const BELOW: f64 = 24.0;
/// Left of the lines, for the numbers.
const LEFT: f64 = 90.0;
const RIGHT: f64 = 20.0;

/// Draws the quantities of a profile over time, a panel for each.
///
/// # Errors
/// `unsupported`: there is nothing to draw.
pub(super) fn draw(profile: &Profile) -> Result<String, Failure> {
    let clock = profile.columns.iter().position(Column::is_time);
    let times: Vec<_> = profile
        .rows
        .iter()
        .enumerate()
        .map(|(number, row)| {
            let time = clock.and_then(|clock| row.get(clock)).and_then(|cell| cell.as_data().as_date_time());
            let label = time.map_or_else(|| format!("row {}", number + 1), |time| time.to_string());
            (time.and_then(utc_seconds).map_or_else(|| count(number), seconds), label)
        })
        .collect();
    let panels: Vec<_> = profile
        .columns
        .iter()
        .enumerate()
        .filter_map(|(place, column)| Panel::new(profile, place, column, &times))
        .collect();
    if panels.is_empty() {
        return Err(Failure::unsupported("there are no quantities in these rows to draw"));
    }
    let height = HEIGHT * count(panels.len());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (number, panel) in panels.iter().enumerate() {
        panel.draw(HEIGHT * count(number), &mut svg);
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

/// One quantity over time.
struct Panel {
    title: String,
    points: Vec<(f64, f64)>,
    /// The first and the last time, as text.
    ends: [String; 2],
}

impl Panel {
    fn new(profile: &Profile, place: usize, column: &Column, times: &[(f64, String)]) -> Option<Self> {
        let values = profile.rows.iter().map(|row| column.approximate(row.get(place)?.as_data()));
        let points: Vec<_> =
            times.iter().zip(values).filter_map(|((time, _), value)| Some((*time, value?))).collect();
        let name = column.object.logical_name;
        let unit = column.unit();
        let unit = if unit.is_empty() { unit } else { format!(" [{unit}]") };
        let ends = [times.first()?.1.clone(), times.last()?.1.clone()];
        (!points.is_empty()).then(|| Self {
            title: format!("{name} {}{unit}", name.describe()),
            points,
            ends,
        })
    }

    fn draw(&self, top: f64, svg: &mut String) {
        let (first, last) = span(self.points.iter().map(|(time, _)| *time));
        let (least, most) = span(self.points.iter().map(|(_, value)| *value));
        let (top, bottom) = (top + ABOVE, top + HEIGHT - BELOW);
        let right = WIDTH - RIGHT;
        let x = |time: f64| LEFT + (time - first) / (last - first) * (right - LEFT);
        let y = |value: f64| bottom - (value - least) / (most - least) * (bottom - top);
        let points = self.points.iter().fold(String::new(), |mut points, (time, value)| {
            let _ = write!(points, "{:.1},{:.1} ", x(*time), y(*value));
            points
        });
        let [from, to] = &self.ends;
        let title = escaped(&self.title);
        let low = bottom + 16.0;
        let label = LEFT - 8.0;
        // Writing into a string does not fail.
        let _ = write!(
            svg,
            "<g>\n<text x=\"{LEFT}\" y=\"{:.1}\" font-weight=\"bold\">{title}</text>\n\
             <path d=\"M{LEFT},{top:.1}V{bottom:.1}H{right:.1}\" fill=\"none\" stroke=\"#888\"/>\n\
             <text x=\"{label}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n\
             <text x=\"{label}\" y=\"{bottom:.1}\" text-anchor=\"end\">{}</text>\n\
             <text x=\"{LEFT}\" y=\"{low:.1}\">{from}</text>\n\
             <text x=\"{right:.1}\" y=\"{low:.1}\" text-anchor=\"end\">{to}</text>\n\
             <polyline points=\"{}\" fill=\"none\" stroke=\"#0b62a4\" stroke-width=\"1.5\"/>\n</g>\n",
            top - 10.0,
            top + 10.0,
            number(most),
            number(least),
            points.trim_end(),
        );
    }
}

/// The least and the most, never the same.
fn span(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let least = values.clone().fold(f64::INFINITY, f64::min);
    let most = values.fold(f64::NEG_INFINITY, f64::max);
    if least < most { (least, most) } else { (least - 0.5, most + 0.5) }
}

fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[allow(clippy::cast_precision_loss, reason = "rows on a page")]
const fn count(number: usize) -> f64 {
    number as f64
}

#[allow(clippy::cast_precision_loss, reason = "exact for a hundred million years")]
const fn seconds(time: i64) -> f64 {
    time as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosem_classes::model::CaptureObject;
    use cosem_classes::{ScalerUnit, Unit};
    use dlms_core::apdu::AttributeDescriptor;
    use dlms_core::data::{Data, DataBuf};
    use obis::obis;

    #[test]
    fn a_panel_for_each_quantity() {
        let column = |scaler_unit| Column {
            object: CaptureObject::whole(AttributeDescriptor::new(3, obis!("1-0:1.8.0.255"), 2)),
            scaler_unit,
        };
        let energy = column(Some(ScalerUnit::new(0, Unit::WattHour)));
        let row = |value| vec![DataBuf::from(Data::Unsigned(value)), DataBuf::from(Data::Unsigned(0))];
        let profile = Profile { columns: vec![energy, column(None)], rows: vec![row(1), row(3)] };
        let svg = draw(&profile).unwrap();
        assert_eq!(svg.matches("<polyline").count(), 1);
        assert!(svg.contains("points=\"90.0,156.0 940.0,28.0\""), "{svg}");
        assert!(svg.contains("[Wh]") && svg.contains("row 2"));
        assert!(draw(&Profile { columns: vec![column(None)], rows: vec![row(1)] }).is_err());
    }
}
