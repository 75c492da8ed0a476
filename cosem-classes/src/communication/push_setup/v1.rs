//! Version 1: rows of profiles, the client's SAP, protection parameters.

use dlms_core::data::{Any, Array};
use dlms_core::structure;
use obis::ObisCode;

use super::{Restriction, SendDestinationAndMethod, Window};
use crate::class;

structure! {
    /// An attribute to push: push_object_definition.
    pub struct PushObjectDefinition => PushObjectDefinitionView<'a> {
        /// The interface class.
        pub class_id: u16,
        /// The object.
        pub logical_name: ObisCode,
        /// The attribute.
        pub attribute_index: i8,
        /// 0: the whole attribute; n: its nth element; 0xF0nn: the last nn rows of a profile.
        pub data_index: u16,
        /// Which rows of a profile.
        pub restriction: Restriction,
    }
}

class! {
    /// Push setup, version 1: what the device sends unasked, where to and when.
    pub PushSetup = 40, version 1, "Push setup", methods at 0x50;
    attributes {
        /// What is sent: class, object, attribute, element and rows of each.
        2 push_object_list[push_object], set_push_object_list: Array<PushObjectDefinition>, static;
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
        /// The setup object of the port that carries it.
        8 port_reference, set_port_reference: ObisCode, static;
        /// The client that it is for.
        9 push_client_sap as "push_client_SAP", set_push_client_sap: i8, static;
        /// How it is protected.
        10 push_protection_parameters[protection], set_push_protection_parameters: Array<Any>, static;
    }
    methods {
        /// Pushes.
        1 push(0);
    }
}
