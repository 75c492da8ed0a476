//! Version 3: the attributes of version 2, with CoAP among the transport services.

use dlms_core::data::{Any, Array, DateTime};
use obis::ObisCode;

use super::v2::PushObjectDefinition;
use super::{ConfirmationParameters, PushOperationMethod, RepetitionDelay, SendDestinationAndMethod, Window};
use crate::class;

class! {
    /// Push setup, version 3: what the device sends unasked, where to and when.
    pub PushSetup = 40, version 3, "Push setup", methods at 0x68;
    attributes {
        /// What is sent: class, object, attribute, element, rows and columns of each.
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
        7 repetition_delay, set_repetition_delay: RepetitionDelay, static;
        /// The setup object of the port that carries it.
        8 port_reference, set_port_reference: ObisCode, static;
        /// The client that it is for.
        9 push_client_sap as "push_client_SAP", set_push_client_sap: i8, static;
        /// How it is protected.
        10 push_protection_parameters[protection], set_push_protection_parameters: Array<Any>, static;
        /// When it counts as failed.
        11 push_operation_method, set_push_operation_method: PushOperationMethod, static;
        /// From when on how often it is to be confirmed.
        12 confirmation_parameters, set_confirmation_parameters: ConfirmationParameters, static;
        /// When a push was last confirmed.
        13 last_confirmation_date_time: DateTime, dynamic;
    }
    methods {
        /// Pushes.
        1 push(0);
        /// Gives up the pushes that are still to come.
        2 reset(0);
    }
}
