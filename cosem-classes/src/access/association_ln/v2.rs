//! Version 2: a client has users.

use dlms_core::data::{Array, OctetString};
use obis::ObisCode;

pub use super::v1::{
    AccessRight, AccessRightView, AccessSelectors, AccessSelectorsView, AttributeAccess, AttributeAccessMode,
    AttributeAccessView, MethodAccess, MethodAccessMode, ObjectListElement, ObjectListElementView,
};
use super::{
    ApplicationContextName, AssociatedPartners, AssociationStatus, MechanismName, User, XdlmsContext,
};
use crate::class;

class! {
    /// Association LN, version 2: what a client may do with which object.
    pub AssociationLn = 15, version 2, "Association LN", methods at 0x60;
    attributes {
        /// The objects that the client sees.
        2 object_list[object] selectors(1, 2, 3, 4): Array<ObjectListElement>, static;
        /// The two ends of the association.
        3 associated_partners_id: AssociatedPartners, static;
        /// The application context.
        4 application_context_name: ApplicationContextName, static;
        /// What was negotiated.
        5 xdlms_context_info as "xDLMS_context_info": XdlmsContext, static;
        /// The authentication mechanism.
        6 authentication_mechanism_name: MechanismName, static;
        /// The password or the secret of HLS; it can be written only.
        7 secret, set_secret: OctetString, static;
        /// How far the association is.
        8 association_status: AssociationStatus, dynamic;
        /// The Security setup object in charge.
        9 security_setup_reference: ObisCode, static;
        /// The users that the client may name.
        10 user_list[user], set_user_list: Array<User>, static;
        /// The user that it named.
        11 current_user: User, dynamic;
    }
    methods {
        /// The third pass of HLS, answered by the fourth.
        1 reply_to_hls_authentication as "reply_to_HLS_authentication" (OctetString) -> OctetString;
        /// Replaces the secret of HLS, protected as the mechanism wants it.
        2 change_hls_secret as "change_HLS_secret" (OctetString);
        /// Adds an object to the list.
        3 add_object(ObjectListElement);
        /// Takes an object off the list.
        4 remove_object(ObjectListElement);
        /// Adds a user to the list.
        5 add_user(User);
        /// Takes a user off the list.
        6 remove_user(User);
    }
}
