//! Version 0: attributes, or single elements of them.

use dlms_core::data::Array;

use super::{SendDestinationAndMethod, Window};
use crate::class;
use crate::model::CaptureObject;

class! {
    /// Push setup, version 0: what the device sends unasked, where to and when.
    pub PushSetup = 40, version 0, "Push setup", methods at 0x38;
    attributes {
        /// What is sent: class, object, attribute and element of each.
        2 push_object_list[push_object], set_push_object_list: Array<CaptureObject>, static;
        /// Where to, and by what.
        3 send_destination_and_method, set_send_destination_and_method: SendDestinationAndMethod, static;
        /// When it may be sent; at any time if there is none.
        4 communication_window[window], set_communication_window: Array<Window>, static;
        /// Seconds by which a push is put off at random, at most.
        5 randomisation_start_interval, set_randomisation_start_interval: u16, static;
        /// How often a push that failed is tried again.
        6 number_of_retries, set_number_of_retries: u8, static;
        /// Seconds before it is tried again.
        7 repetition_delay, set_repetition_delay: u16, static;
    }
    methods {
        /// Pushes.
        1 push(0);
    }
}
