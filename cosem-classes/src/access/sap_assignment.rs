//! SAP assignment (IEC 62056-6-2, class 17 version 0): which logical device is at which SAP.

use dlms_core::data::{Array, OctetString};
use dlms_core::structure;

use crate::class;

structure! {
    /// A logical device at a SAP: asslist_element.
    pub struct Assignment => AssignmentView<'a> {
        /// The SAP.
        pub sap: u16,
        /// The COSEM logical device name; empty: none.
        pub logical_device_name: OctetString,
    }
}

class! {
    /// SAP assignment: which logical device is at which SAP.
    pub SapAssignment = 17, version 0, "SAP assignment", methods at 0x20;
    attributes {
        /// The logical devices and their SAPs.
        2 sap_assignment_list as "SAP_assignment_list" [sap_assignment]: Array<Assignment>, static;
    }
    methods {
        /// Puts a logical device at a SAP, or takes away the one that is there if the name is empty.
        1 connect_logical_device(Assignment);
    }
}
