use dlms_core::apdu::AttributeDescriptor;
use dlms_core::structure;
use obis::ObisCode;

structure! {
    /// One captured column: capture_object_definition.
    pub struct CaptureObject {
        /// The interface class captured from.
        pub class_id: u16,
        /// The object captured from.
        pub logical_name: ObisCode,
        /// The attribute captured.
        pub attribute_index: i8,
        /// 0: the whole attribute; n: its nth element.
        pub data_index: u16,
    }
}

impl Eq for CaptureObject {}

impl CaptureObject {
    /// The whole of an attribute.
    #[must_use]
    pub const fn whole(attribute: AttributeDescriptor) -> Self {
        Self {
            class_id: attribute.class_id,
            logical_name: attribute.logical_name,
            attribute_index: attribute.id,
            data_index: 0,
        }
    }

    /// The attribute it is captured from.
    #[must_use]
    pub const fn attribute(&self) -> AttributeDescriptor {
        AttributeDescriptor::new(self.class_id, self.logical_name, self.attribute_index)
    }
}
