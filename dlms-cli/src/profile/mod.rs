//! `dlms profile`: the rows of a Profile generic.

mod buffer;
mod columns;
#[cfg(test)]
mod made_up_meter;
mod plot;
mod print;
mod range;
mod rows;
mod search;
mod selection;

use core::str::FromStr;
use std::path::PathBuf;

use clap::ValueEnum;
use dlms_core::apdu::AttributeDescriptor;
use obis::ObisCode;
use serde_json::Value;

use crate::connection::OnlineArgs;
use crate::failure::{Failure, FailureKind};
use crate::moment::Moment;
use crate::output::Output;
use crate::session::Session;

pub(crate) use columns::Column;
use range::Bounds;
pub(crate) use range::TimeRange;
pub(crate) use rows::Row;
pub(crate) use selection::Wanted;

const PROFILE_GENERIC: u16 = 7;

/// Reads the rows of a profile, as a table, CSV or JSON. Values are scaled, what a meter left out is filled in.
///
/// Example: dlms profile 1-0:99.1.0.255 --from -1d --plot day.svg --tcp meter:4059
#[derive(Debug, clap::Args)]
pub(crate) struct ProfileArgs {
    /// The profile.
    #[arg(value_name = "OBIS")]
    object: ObisCode,
    /// From this time on: 2024-12-31T23:00:00+01:00, 2024-12-31, -2d.
    #[arg(long, value_name = "T", allow_hyphen_values = true, conflicts_with = "entries")]
    from: Option<Moment>,
    /// Up to this time; a day is taken whole.
    #[arg(long, value_name = "T", allow_hyphen_values = true, conflicts_with = "entries")]
    to: Option<Moment>,
    /// Rows number A to B, counted from 1; without B up to the last.
    #[arg(long, value_name = "A:B")]
    entries: Option<Interval>,
    /// Columns number A to B, counted from 1; without B up to the last.
    #[arg(long, value_name = "A:B")]
    columns: Option<Interval>,
    /// How to print it; json is also what --json gives.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Draw the numbers over time.
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    #[command(flatten)]
    online: OnlineArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
    Parquet,
}

/// Runs `dlms profile`.
pub(crate) fn run(args: &ProfileArgs, output: &Output) -> Result<(), Failure> {
    if args.format == Format::Parquet {
        return Err(Failure::unsupported("--format parquet is not built yet"));
    }
    let wanted = Wanted::new(args.from, args.to, args.entries);
    let profile = Session::run(&args.online, |session| read(session, args.object, &wanted, args.columns))?;
    if let Some(path) = &args.plot {
        let drawn = plot::draw(&profile)?;
        std::fs::write(path, drawn)
            .map_err(|error| Failure::new(FailureKind::Io, format!("{}: {error}", path.display())))?;
    }
    let output = if args.format == Format::Json { &Output::new(true) } else { output };
    // Text of many rows is not made a document first.
    let json = if output.is_json() { profile.to_json()? } else { Value::Null };
    output.print(&json, |_| if args.format == Format::Csv { profile.csv() } else { profile.table() })
}

/// Rows of a profile.
#[derive(Debug)]
pub(crate) struct Profile {
    /// The columns.
    pub(crate) columns: Vec<Column>,
    /// The rows, a value for each column.
    pub(crate) rows: Vec<Row>,
}

/// Reads rows of a profile.
///
/// # Errors
/// The meter refuses, or what it gives is no profile.
pub(crate) fn read(
    session: &mut Session,
    name: ObisCode,
    wanted: &Wanted,
    columns: Option<Interval>,
) -> Result<Profile, Failure> {
    let attribute = |id| AttributeDescriptor::new(PROFILE_GENERIC, name, id);
    // Columns, capture period and sort method.
    let answers = session.answers(&[attribute(3), attribute(4), attribute(5)])?;
    let [objects, period, sorting] = answers.as_slice() else {
        return Err(Failure::decode("an answer is missing"));
    };
    let objects = objects.as_ref().map_err(|result| crate::session::refused("get", *result))?;
    let all = columns::read(session, objects)?;
    let chosen = selection::choose(columns, all.len())?;
    let bounds = match wanted {
        Wanted::Range(range) => Some(Bounds::new(session, *range, &all)?),
        _ => None,
    };
    let (mut rows, got) = selection::fetch(session, name, &all, wanted, bounds.as_ref(), chosen.clone())?;
    let period = period.as_ref().ok().and_then(|period| period.as_data().as_integer());
    let sorting = sorting.as_ref().ok().map(dlms_core::data::DataBuf::as_data);
    let columns = all.get(got.clone()).unwrap_or_default();
    rows::restore(&mut rows, columns, rows::step(period, sorting));
    if let Some(bounds) = bounds {
        bounds.keep_what_is_within(&mut rows, columns);
    }
    if got != chosen {
        for row in &mut rows {
            *row = row.drain(chosen.clone()).collect();
        }
    }
    Ok(Profile { columns: all.get(chosen).unwrap_or_default().to_vec(), rows })
}

/// `A:B`, `A:` or `A`: two numbers from 1 on, the second 0 for the last there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl FromStr for Interval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<u32>().map_err(|_| format!("{text:?} is no number"));
        let (first, last) = match text.split_once(':') {
            None => (number(text)?, number(text)?),
            Some((first, "")) => (number(first)?, 0),
            Some((first, last)) => (number(first)?, number(last)?),
        };
        match first {
            0 => Err("counted from 1".to_owned()),
            first if last != 0 && last < first => Err("the last is before the first".to_owned()),
            first => Ok(Self { first, last }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_of_numbers_from_one_on() {
        let interval = |text: &str| text.parse::<Interval>().map(|Interval { first, last }| (first, last));
        assert_eq!(interval("11:20"), Ok((11, 20)));
        assert_eq!(interval("11:"), Ok((11, 0)));
        assert_eq!(interval("3"), Ok((3, 3)));
        assert!(interval("0:1").is_err() && interval("2:1").is_err() && interval("a:b").is_err());
    }
}
