use dlms::client::ClientConfig;
use dlms_core::apdu::Conformance;

use super::{Mechanism, Naming, RecipeError};

/// Who asks whom for what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", default, deny_unknown_fields))]
pub struct AssociationRecipe {
    /// The client's service access point; 16 if it is not said.
    pub client: Option<u16>,
    /// The logical device's; 1 if it is not said.
    pub server: Option<u16>,
    /// How objects are named.
    pub referencing: Option<Naming>,
    /// By short names: whether methods are invoked by Write, where a Read would do what they give.
    pub invoke_by_write: Option<bool>,
    /// How the client proves who it is.
    pub mechanism: Option<Mechanism>,
    /// The user at the client, where the meter keeps a list.
    pub user: Option<u8>,
    /// Services that are not proposed though the client has them, by their names in the standard.
    pub without: Vec<String>,
    /// Blocks in a row of a general block transfer, which is proposed then: 1 to 63.
    pub general_blocks: Option<u8>,
    /// Octets of the largest APDU that the client takes.
    pub pdu_size: Option<u16>,
    /// Octets of the largest APDU that the meter takes, where that is less than it says.
    pub request_size: Option<u16>,
    /// Whether the meter may leave out of the AARE what it agreed to: then that is what was proposed.
    pub silent_agreement: Option<bool>,
    /// Whether to release with RLRQ before the connection is closed.
    pub release: Option<bool>,
}

impl AssociationRecipe {
    pub(super) fn apply(&self, config: &mut ClientConfig) -> Result<(), RecipeError> {
        set(&mut config.saps.client, self.client);
        set(&mut config.saps.server, self.server);
        set(&mut config.referencing, self.referencing.map(Naming::referencing));
        set(&mut config.invoke_by_write, self.invoke_by_write);
        set(&mut config.max_receive_pdu_size, self.pdu_size);
        set(&mut config.max_send_pdu_size, self.request_size);
        set(&mut config.silent_agreement, self.silent_agreement);
        set(&mut config.release_request, self.release);
        config.user_id = self.user.or(config.user_id);
        match self.general_blocks {
            None => {}
            Some(window @ 1..=63) => {
                config.conformance = config.conformance.union(Conformance::GENERAL_BLOCK_TRANSFER);
                config.block_window = window;
            }
            Some(_) => return Err(RecipeError::OutOfRange { name: "general-blocks", range: "1 to 63" }),
        }
        for name in &self.without {
            let service = Conformance::from_name(name).ok_or_else(|| RecipeError::NoService(name.clone()))?;
            config.conformance = config.conformance.without(service);
        }
        Ok(())
    }
}

/// Sets what is given.
pub(super) fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
