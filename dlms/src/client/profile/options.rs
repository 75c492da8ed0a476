use dlms_core::apdu::Conformance;

use crate::client::Negotiated;

/// How a profile is read, and how much of it at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingOptions {
    /// Whether the meter is asked for parts of a buffer; else it is read whole, and what is wanted taken out of it.
    pub selective_access: bool,
    /// Whether the meter counts the deviation of its clock against the standard: local time minus UTC.
    pub deviation_reversed: bool,
    /// Rows that the meter may send for one reading. More is an error.
    pub max_rows: u32,
    /// Octets that one row may have. More is an error.
    pub max_row_octets: usize,
}

/// Parts are asked for; a million rows of 64 KiB at most.
impl Default for ReadingOptions {
    fn default() -> Self {
        Self { selective_access: true, deviation_reversed: false, max_rows: 1 << 20, max_row_octets: 1 << 16 }
    }
}

impl ReadingOptions {
    /// Parts are asked for where the meter offers them.
    #[must_use]
    pub fn offered(negotiated: Option<Negotiated>) -> Self {
        let offers = negotiated.map_or(Conformance::NONE, |negotiated| negotiated.conformance);
        let by_names = [Conformance::SELECTIVE_ACCESS, Conformance::PARAMETERIZED_ACCESS];
        let selective_access = by_names.into_iter().any(|service| offers.contains(service));
        Self { selective_access, ..Self::default() }
    }
}
