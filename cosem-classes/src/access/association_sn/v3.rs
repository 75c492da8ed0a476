//! Version 3: users are told apart.

use dlms_core::data::{Any, Array, OctetString};
use obis::ObisCode;

pub use super::v1::{AccessRight, AccessRightView};
use super::{AttributeName, ObjectListElement};
use crate::access::association_ln::User;
use crate::class;

class! {
    /// Association SN, version 3: the objects of a logical device by their short names.
    pub AssociationSn = 12, version 3, "Association SN", methods at 0x20;
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
