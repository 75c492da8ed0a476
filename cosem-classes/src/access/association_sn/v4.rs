//! Version 4: rights say what protection they take, of requests and of responses.

use dlms_core::data::{Any, Array, OctetString};
use dlms_core::structure;
use obis::ObisCode;

use super::{AttributeName, ObjectListElement};
use crate::access::association_ln::User;
pub use crate::access::association_ln::v3::{AttributeAccess, MethodAccess};
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
    /// Association SN, version 4: the objects of a logical device by their short names.
    pub AssociationSn = 12, version 4, "Association SN", methods at 0x20;
    attributes {
        /// The objects that the client sees.
        2 object_list[object] selectors(1, 2): Array<ObjectListElement>, static;
        /// What it may do with them.
        3 access_rights_list[access_rights]: Array<AccessRight>, static;
        /// The Security setup object in charge.
        4 security_setup_reference: ObisCode, static;
        /// The users that the client may name.
        5 user_list[user], set_user_list: Array<User>, static;
        /// The user that it named.
        6 current_user: User, dynamic;
    }
    methods {
        /// Reads attributes by the logical names of their objects.
        3 read_by_logicalname(Array<AttributeName>) -> Array<Any>;
        /// Replaces the password or the secret of HLS, protected as the mechanism wants it.
        5 change_secret(OctetString);
        /// The third pass of HLS, answered by the fourth.
        8 reply_to_hls_authentication as "reply_to_HLS_authentication" (OctetString) -> OctetString;
        /// Adds a user to the list.
        9 add_user(User);
        /// Takes a user off the list.
        10 remove_user(User);
    }
}
