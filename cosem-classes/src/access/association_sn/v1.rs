//! Version 1: the rights are in a list of their own.

use dlms_core::data::{Any, Array, OctetString};
use dlms_core::structure;

use super::{AttributeName, ObjectListElement};
use crate::access::association_ln::object_list::ObjectId;
pub use crate::access::association_ln::v1::{AttributeAccess, MethodAccess};
use crate::class;

structure! {
    /// What may be done with one object: access_right_element.
    pub struct AccessRight => AccessRightView<'a> {
        /// Its base name.
        pub base_name: i16,
        /// Its attributes.
        pub attribute_access: Array<AttributeAccess>,
        /// Its methods.
        pub method_access: Array<MethodAccess>,
    }
}

class! {
    /// Association SN, version 1: the objects of a logical device by their short names.
    pub AssociationSn = 12, version 1, "Association SN", methods at 0x20;
    attributes {
        /// The objects that the client sees.
        2 object_list[object] selectors(1, 2): Array<ObjectListElement>, static;
        /// What it may do with them.
        3 access_rights_list[access_rights]: Array<AccessRight>, static;
    }
    methods {
        /// Reads attributes by the logical names of their objects.
        3 read_by_logicalname(Array<AttributeName>) -> Array<Any>;
        /// Tells what may be done with objects: an [`AccessDescription`](super::AccessDescription) for each.
        4 get_attributes_and_methods(Array<ObjectId>) -> Array<Any>;
        /// Replaces the password.
        5 change_lls_secret as "change_LLS_secret" (OctetString);
        /// Replaces the secret of HLS, protected as the mechanism wants it.
        6 change_hls_secret as "change_HLS_secret" (OctetString);
        /// The third pass of HLS, answered by the fourth.
        8 reply_to_hls_authentication as "reply_to_HLS_authentication" (OctetString) -> OctetString;
    }
}
