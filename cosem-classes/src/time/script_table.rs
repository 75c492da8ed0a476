//! Script table (IEC 62056-6-2, class 9 version 0): what is done as one.

use dlms_core::data::{Any, Array};
use dlms_core::{enumeration, structure};
use obis::ObisCode;

use crate::class;

enumeration! {
    /// What an action does.
    pub enum ServiceId { WriteAttribute = 1, ExecuteMethod = 2 }
}

structure! {
    /// One action of a script: action_specification.
    pub struct Action => ActionView<'a> {
        /// Whether it writes an attribute or invokes a method.
        pub service_id: ServiceId,
        /// The interface class.
        pub class_id: u16,
        /// The object.
        pub logical_name: ObisCode,
        /// The attribute or method.
        pub index: i8,
        /// The value or the parameter.
        pub parameter: Any,
    }
}

structure! {
    /// A script: actions that are done one after the other.
    pub struct Script => ScriptView<'a> {
        /// Its number; 0 is reserved for the script that does nothing.
        pub script_identifier: u16,
        /// What it does.
        pub actions: Array<Action>,
    }
}

class! {
    /// Script table: what is done as one.
    pub ScriptTable = 9, version 0, "Script table", methods at 0x20;
    attributes {
        /// The scripts.
        2 scripts[script], set_scripts: Array<Script>, static;
    }
    methods {
        /// Executes the script of that number.
        1 execute(u16);
    }
}
