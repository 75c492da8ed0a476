//! Version 2: the security setup is named.

use dlms_core::data::{Any, Array, OctetString};
use obis::ObisCode;

pub use super::v1::{AccessRight, AccessRightView};
use super::{AttributeName, ObjectListElement};
use crate::class;

class! {
    /// Association SN, version 2: the objects of a logical device by their short names.
    pub AssociationSn = 12, version 2, "Association SN", methods at 0x20;
    attributes {
        /// The objects that the client sees.
        2 object_list[object] selectors(1, 2): Array<ObjectListElement>, static;
        /// What it may do with them.
        3 access_rights_list[access_rights]: Array<AccessRight>, static;
        /// The Security setup object in charge.
        4 security_setup_reference: ObisCode, static;
    }
    methods {
        /// Reads attributes by the logical names of their objects.
        3 read_by_logicalname(Array<AttributeName>) -> Array<Any>;
        /// Replaces the password or the secret of HLS, protected as the mechanism wants it.
        5 change_secret(OctetString);
        /// The third pass of HLS, answered by the fourth.
        8 reply_to_hls_authentication as "reply_to_HLS_authentication" (OctetString) -> OctetString;
    }
}
