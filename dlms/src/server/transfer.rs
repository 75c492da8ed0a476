use core::ops::Range;

use cosem_classes::model::Rows;
use dlms_core::apdu::InvokeIdAndPriority;
use dlms_core::link::Saps;

/// A value that does not fit one message, on its way in blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Transfer {
    pub(super) peer: Saps,
    pub(super) invoke: InvokeIdAndPriority,
    /// The number of the last block sent or received.
    pub(super) block: u32,
    pub(super) kind: Kind,
}

/// What is on its way, and in which direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// An answer to a read, put together block by block; the request lies at `request` in the receive buffer.
    Get { request: Range<usize>, cursor: Cursor },
    /// A value to write; the first request lies at `request`, the value from `value` on.
    Set { request: Range<usize>, value: usize },
    /// The parameter of a method; the first request lies at `request`, the parameter from `value` on.
    Parameter { request: Range<usize>, value: usize },
    /// A Read or a Write by short names; what of its variables and values came so far lies at the front of the receive
    /// buffer.
    Variables(Service),
    /// Any message, in general blocks.
    #[cfg(feature = "general-block-transfer")]
    General(super::general::General),
    /// The result of methods that were invoked; what is left of it lies at `rest` in the receive buffer.
    Result { rest: Range<usize> },
}

/// A service of clients that reference by short names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Read,
    Write,
}

/// Where in an answer the next block begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Which of the attributes asked for.
    pub(super) item: usize,
    pub(super) part: Part,
}

/// Where in the value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// At its first octet.
    Start,
    /// At octet `offset` of row `row`.
    Rows {
        /// The rows of the value.
        rows: Rows,
        /// The row the next block begins in.
        row: u32,
        /// The octet of that row it begins at.
        offset: usize,
    },
    /// In what was encoded once and did not fit: octets `from..to` of the receive buffer, and the rows after it.
    Rest {
        /// The next octet.
        from: usize,
        /// The end.
        to: usize,
        /// What comes after.
        then: Option<Rows>,
    },
}

impl Cursor {
    pub(super) const START: Self = Self { item: 0, part: Part::Start };

    /// Goes on to the rows, or to the next attribute if there are none.
    pub(super) const fn go_on(&mut self, rows: Option<Rows>) {
        match rows {
            Some(rows) => self.part = Part::Rows { rows, row: rows.first, offset: 0 },
            None => {
                self.item = self.item.saturating_add(1);
                self.part = Part::Start;
            }
        }
    }
}
