use dlms_core::apdu::SelectiveAccess;
use dlms_core::codec::{Decode, Encode, Overflow};
use dlms_core::data::{Any, Array, Data};
use dlms_core::structure;

use crate::model::CaptureObject;

structure! {
    /// The rows in which one column is in a range (selector 1).
    pub struct RangeDescriptor => RangeDescriptorView<'a> {
        /// The column.
        pub restricting_object: CaptureObject,
        /// The smallest value.
        pub from_value: Any,
        /// The largest value.
        pub to_value: Any,
        /// The columns to give; none: all.
        pub selected_values: Array<CaptureObject>,
    }
}

structure! {
    /// Rows by their place (selector 2).
    #[derive(Eq)]
    pub struct EntryDescriptor {
        /// The first row, counted from 1.
        pub from_entry: u32,
        /// The last row; 0: the last there is.
        pub to_entry: u32,
        /// The first column, counted from 1.
        pub from_selected_value: u16,
        /// The last column; 0: the last there is.
        pub to_selected_value: u16,
    }
}

impl RangeDescriptor {
    /// The selector on the wire.
    pub const SELECTOR: u8 = 1;
}

impl RangeDescriptorView<'_> {
    /// The selective access that asks for these rows, kept in `out`.
    ///
    /// # Errors
    /// `out` is too small.
    pub fn selective_access<'b>(&self, out: &'b mut [u8]) -> Result<SelectiveAccess<'b>, Overflow> {
        selective_access(RangeDescriptor::SELECTOR, self, out)
    }
}

impl EntryDescriptor {
    /// The selector on the wire.
    pub const SELECTOR: u8 = 2;

    /// Rows `first..=last`, all columns.
    #[must_use]
    pub const fn rows(first: u32, last: u32) -> Self {
        Self { from_entry: first, to_entry: last, from_selected_value: 1, to_selected_value: 0 }
    }

    /// The selective access that asks for these rows, kept in `out`.
    ///
    /// # Errors
    /// `out` is too small: 20 octets will do.
    pub fn selective_access<'b>(&self, out: &'b mut [u8]) -> Result<SelectiveAccess<'b>, Overflow> {
        selective_access(Self::SELECTOR, self, out)
    }
}

fn selective_access<'b>(
    selector: u8,
    descriptor: &impl Encode,
    out: &'b mut [u8],
) -> Result<SelectiveAccess<'b>, Overflow> {
    let parameters = descriptor.encode_to_slice(out)?;
    // Cannot fail: it was encoded just now.
    Ok(SelectiveAccess { selector, parameters: Data::from_bytes(parameters).unwrap_or(Data::NullData) })
}
