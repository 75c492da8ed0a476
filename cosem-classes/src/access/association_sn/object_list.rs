use dlms_core::structure;
use obis::ObisCode;

structure! {
    /// One object: objlist_element.
    #[derive(Eq)]
    pub struct ObjectListElement {
        /// The short name of its first attribute, as the bit pattern of the standard's signed number.
        pub base_name: i16,
        /// Its interface class.
        pub class_id: u16,
        /// The version of the class.
        pub version: u8,
        /// Its name.
        pub logical_name: ObisCode,
    }
}

structure! {
    /// An attribute by class, object and number: attribute_identification.
    #[derive(Eq)]
    pub struct AttributeName {
        /// The interface class.
        pub class_id: u16,
        /// The object.
        pub logical_name: ObisCode,
        /// The attribute; 0: all of them.
        pub attribute_index: i8,
    }
}
