//! The services that name variables by short names.

mod information_report;
mod read;
mod variable_access;
mod write;

pub use information_report::InformationReportRequest;
pub use read::{ReadRequest, ReadResponse, ReadResult};
pub use variable_access::VariableAccessSpecification;
pub use write::{UnconfirmedWriteRequest, WriteRequest, WriteResponse, WriteResult};
