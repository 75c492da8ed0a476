//! One cursor to read, one cursor to write.

mod codes;
mod error;
mod reader;
mod traits;
mod writer;

pub(crate) use codes::codes;
pub use error::{DecodeError, DecodeErrorKind, Overflow};
pub use reader::Reader;
pub use traits::{Decode, Encode};
pub use writer::Writer;
