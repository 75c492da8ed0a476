//! `dlms profile`: the rows of a Profile generic.

mod columns;
#[cfg(test)]
mod made_up_meter;
mod plot;
mod print;

use core::str::FromStr;
use std::path::PathBuf;

use clap::ValueEnum;
use dlms::client::profile::{ProfileReader, ReadingOptions, Request, TimeBound, TimeRange, WantedRows};
use dlms::client::{ClientError, Misuse, Refusal};
use dlms_core::data::DataBuf;
use dlms_io::blocking::Error;
use obis::ObisCode;
use serde_json::Value;

use crate::connection::OnlineArgs;
use crate::failure::{Failure, FailureKind};
use crate::moment::Moment;
use crate::output::Output;
use crate::session::{Session, failed};

pub(crate) use columns::Column;

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
    let profile =
        Session::run(&args.online, |session| read(session, args.object, args.wanted(), args.columns))?;
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

impl ProfileArgs {
    fn wanted(&self) -> WantedRows {
        match (self.from, self.to, self.entries) {
            (_, _, Some(Interval { first, last })) => WantedRows::Entries { first, last },
            (None, None, None) => WantedRows::All,
            (from, to, None) => {
                TimeRange { from: from.map(TimeBound::from), to: to.map(TimeBound::from) }.into()
            }
        }
    }
}

/// Rows of a profile.
#[derive(Debug)]
pub(crate) struct Profile {
    /// The columns.
    pub(crate) columns: Vec<Column>,
    /// The rows, a value for each column.
    pub(crate) rows: Vec<Row>,
}

/// A value for each column.
pub(crate) type Row = Vec<DataBuf>;

/// Reads rows of a profile.
///
/// # Errors
/// The meter refuses, or what it gives is no profile.
pub(crate) fn read(
    session: &mut Session,
    name: ObisCode,
    wanted: WantedRows,
    columns: Option<Interval>,
) -> Result<Profile, Failure> {
    // Whoever asks for all rows gets them.
    let options = ReadingOptions {
        max_rows: u32::MAX,
        deviation_reversed: session.settings().habits.deviation_reversed,
        ..ReadingOptions::offered(Some(*session.negotiated()))
    };
    let mut reader = ProfileReader::new(name, wanted).with_options(options);
    if let Some(Interval { first, last }) = columns {
        let number = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        reader = reader.with_columns(number(first)..=if last == 0 { u16::MAX } else { number(last) });
    }
    let mut rows = Vec::new();
    while let Some(request) = reader.next_request().map_err(failure)? {
        match request {
            Request::Attributes(attributes) => {
                let attributes = attributes.to_vec();
                for answer in session.answers(&attributes)? {
                    let answer = answer.as_ref().map(DataBuf::as_data).map_err(|result| *result);
                    reader.handle_answer(answer).map_err(failure)?;
                }
            }
            Request::Rows(buffer, part) => {
                let ended = match session.answer(buffer, part.as_ref())? {
                    Ok(value) => {
                        reader.handle_octets(value.as_bytes());
                        Ok(())
                    }
                    Err(result) => Err(Refusal::DataAccess(result)),
                };
                reader.handle_end(ended).map_err(failure)?;
            }
        }
        while let Some(row) = reader.next_row().map_err(failure)? {
            rows.push(row.values().map(DataBuf::from).collect());
        }
    }
    let columns = reader.chosen_columns().iter().copied().map(Column::from).collect();
    Ok(Profile { columns, rows })
}

fn failure(error: ClientError) -> Failure {
    match error {
        ClientError::Misuse(Misuse::NoTimes) => {
            Failure::usage("the profile has no column with times; --entries goes by number")
        }
        ClientError::Misuse(error @ Misuse::NoSuchColumn { .. }) => Failure::usage(error.to_string()),
        error => failed("get", Error::Client(error)),
    }
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
