//! Reading load profiles (Profile generic, IEC 62056-6-2, class 7), whatever a meter can and cannot do.
//!
//! A [`ProfileReader`] says which [`Request`] is next, takes what comes of it, and gives [`Row`]s as soon as they are
//! whole. It makes no requests itself: a driver does, blocking or not, over whatever client there is.
//!
//! * Rows are asked for by their times, restricted by the column that is the clock, wherever it is. A meter that does
//!   not choose by time is searched by number, halving what is left; one that does not choose at all gives all.
//! * Null-data, differences and compact arrays are undone; times that are left out follow from the capture period,
//!   backwards where the newest row is first, and only from a time that came.
//! * What the columns are, and what their values mean, is a [`Layout`]: read once, good for the next reading.
//! * What a meter sends is bounded by [`ReadingOptions`]; no more of a buffer is held than a block and one row.
//!
//! ```
//! use dlms::client::profile::{ProfileReader, Request, WantedRows};
//! use dlms_core::data::Data;
//! use obis::obis;
//!
//! let mut reader = ProfileReader::new(obis!("1-0:99.1.0.255"), WantedRows::All);
//! // First of all: the columns, the capture period, how rows are sorted.
//! let Some(Request::Attributes(attributes)) = reader.next_request()? else { panic!() };
//! assert_eq!(attributes.iter().map(|attribute| attribute.id).collect::<Vec<_>>(), [3, 4, 5]);
//! # Ok::<_, dlms::client::ClientError>(())
//! ```

mod bounds;
mod cells;
mod column;
mod layout;
#[cfg(test)]
mod made_up_meter;
mod options;
mod reader;
mod request;
mod restore;
mod row;
mod search;
mod splitter;
mod time_bound;
mod time_range;
mod wanted;

pub use column::Column;
pub use layout::Layout;
pub use options::ReadingOptions;
pub use reader::ProfileReader;
pub use request::Request;
pub use row::Row;
pub use time_bound::TimeBound;
pub use time_range::TimeRange;
pub use wanted::WantedRows;
