//! Version 0: columns are whole attributes, and two methods read the buffer.

use dlms_core::data::{Any, Array};
use dlms_core::structure;
use obis::ObisCode;

use super::{EntryDescriptor, RangeDescriptor, SortMethod};
use crate::class;

structure! {
    /// One captured column.
    #[derive(Eq)]
    pub struct CaptureObject {
        /// The interface class captured from.
        pub class_id: u16,
        /// The object captured from.
        pub logical_name: ObisCode,
        /// The attribute captured.
        pub attribute_index: i8,
    }
}

class! {
    /// Profile generic, version 0: rows of values captured together.
    pub ProfileGeneric = 7, version 0, "Profile generic", methods at 0x58;
    attributes {
        /// The rows: an array of structures, or a compact array.
        2 buffer[buffer_row] selectors(1, 2): Any, dynamic;
        /// The columns.
        3 capture_objects[capture_object], set_capture_objects: Array<CaptureObject>, static;
        /// Seconds between two rows; 0: none by the clock.
        4 capture_period, set_capture_period: u32, static;
        /// How the rows are ordered.
        5 sort_method, set_sort_method: SortMethod, static;
        /// The column by which they are sorted.
        6 sort_object, set_sort_object: CaptureObject, static;
        /// The number of rows there are.
        7 entries_in_use: u32, dynamic;
        /// The number of rows there may be.
        8 profile_entries, set_profile_entries: u32, static;
    }
    methods {
        /// Clears the buffer.
        1 reset(0);
        /// Captures a row.
        2 capture(0);
        /// Reads the rows in which one column is in a range.
        3 get_buffer_by_range(RangeDescriptor) -> Array<Any>;
        /// Reads rows by their place.
        4 get_buffer_by_index(EntryDescriptor) -> Array<Any>;
    }
    captures through capture_target;
}
