use dlms::client::ClientConfig;
use dlms_core::apdu::Conformance;

use super::association::set;

/// What the objects of a meter differ in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", default, deny_unknown_fields))]
pub struct ObjectsRecipe {
    /// Attributes in one list at most; 1: no lists.
    pub list_items: Option<u8>,
    /// Items of one ACCESS request at most.
    pub access_items: Option<u8>,
    /// Whether parts of a buffer can be asked for; else it is read whole.
    pub selective_access: Option<bool>,
    /// Clocks tell local time minus UTC as deviation, against the standard.
    pub deviation_reversed: Option<bool>,
}

impl ObjectsRecipe {
    pub(super) fn apply(&self, config: &mut ClientConfig) {
        set(&mut config.access_items, self.access_items);
        if self.list_items == Some(1) {
            config.conformance = config.conformance.without(Conformance::MULTIPLE_REFERENCES);
        }
        if self.selective_access == Some(false) {
            let parts = Conformance::SELECTIVE_ACCESS.union(Conformance::PARAMETERIZED_ACCESS);
            config.conformance = config.conformance.without(parts);
        }
    }
}
