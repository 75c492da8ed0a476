//! Version 1.

use dlms_core::data::{Any, Array};

use super::SortMethod;
use crate::class;
use crate::model::CaptureObject;

class! {
    /// Profile generic, version 1: rows of values captured together.
    pub ProfileGeneric = 7, version 1, "Profile generic", methods at 0x58;
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
    }
    captures through capture_target;
}
