use cosem_classes::model::{AccessMode, AccessRights, ClassInfo, Unrestricted};
use dlms_core::apdu::{AttributeDescriptor, MethodDescriptor};
use obis::{ObisCode, obis};

use super::keys::{ANY_PROTECTION, MANAGEMENT, READER};

/// An object that nobody may read: to see how a refusal looks.
pub(crate) const LOCKED: ObisCode = obis!("0-0:96.1.9.255");

/// Who may do what with the virtual meter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rights;

impl AccessRights for Rights {
    fn attribute(&self, client: u16, class: &ClassInfo, attribute: &AttributeDescriptor) -> AccessMode {
        if attribute.logical_name == LOCKED && attribute.id != 1 {
            return AccessMode::NONE;
        }
        // Secrets are never read.
        if class.id == 15 && attribute.id == 7 {
            return if client == MANAGEMENT { AccessMode::WRITE } else { AccessMode::NONE };
        }
        match client {
            MANAGEMENT | READER | ANY_PROTECTION if class.id != 3 && class.id != 4 => {
                Unrestricted.attribute(client, class, attribute)
            }
            _ => class.attribute(attribute.id).map_or(AccessMode::NONE, |_| AccessMode::READ),
        }
    }

    fn method(&self, client: u16, class: &ClassInfo, method: &MethodDescriptor) -> AccessMode {
        let allowed = match (class.id, method.id) {
            // The passes of HLS go through the current association.
            (15, 1) => true,
            (64, _) => client == MANAGEMENT || client == ANY_PROTECTION,
            _ => matches!(client, MANAGEMENT | READER | ANY_PROTECTION),
        };
        if allowed && class.method(method.id).is_some() { AccessMode::INVOKE } else { AccessMode::NONE }
    }
}
