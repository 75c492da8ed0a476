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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Effect, Instance, Object};
    use dlms_core::apdu::ActionResult;
    use dlms_core::codec::{Decode, Writer};
    use dlms_core::data::Data;
    use obis::obis;
    use std::vec::Vec;

    #[test]
    fn a_logical_device_is_connected_by_sap_and_name() {
        struct Devices(Vec<(u16, Vec<u8>)>);
        impl Serve for Devices {
            fn connect_logical_device(
                &mut self,
                parameter: AssignmentView<'_>,
            ) -> Result<Effect, ActionResult> {
                self.0.push((parameter.sap, parameter.logical_device_name.0.to_vec()));
                Ok(Effect::None)
            }
        }
        let mut saps = Instance::<SapAssignment, _>::new(obis!("0-0:41.0.0.255"), Devices(Vec::new()));
        let parameter = Data::from_bytes(&[2, 2, 18, 0, 17, 9, 3, b'L', b'D', b'N']).unwrap();
        assert_eq!(saps.invoke(1, parameter, &mut Writer::new(&mut [])), Ok(Effect::None));
        assert_eq!(saps.state.0, [(17, b"LDN".to_vec())]);
        let refused = saps.invoke(1, Data::Integer(0), &mut Writer::new(&mut []));
        assert_eq!(refused, Err(ActionResult::TypeUnmatched));
    }
}
