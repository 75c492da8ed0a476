use cosem_classes::model::{AccessMode, AccessRights, ClassInfo, Unrestricted};
use dlms_core::apdu::{AttributeDescriptor, MethodDescriptor};
use obis::{ObisCode, obis};

use super::keys::{ANY_PROTECTION, MANAGEMENT, PUBLIC, READER};

/// An object that nobody may read: to see how a refusal looks.
pub(crate) const LOCKED: ObisCode = obis!("0-0:96.1.9.255");

/// The consumer message: what clients may write.
pub(crate) const MESSAGE: ObisCode = obis!("0-0:96.13.0.255");

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
        // What is measured, counted or given by the factory is nobody's to write.
        let settings = match class.id {
            1 => attribute.logical_name == MESSAGE,
            3 | 4 | 64 => false,
            18 => matches!(client, MANAGEMENT | ANY_PROTECTION),
            _ => matches!(client, MANAGEMENT | READER | ANY_PROTECTION),
        };
        if settings && client != PUBLIC {
            return Unrestricted.attribute(client, class, attribute);
        }
        class.attribute(attribute.id).map_or(AccessMode::NONE, |_| AccessMode::READ)
    }

    fn method(&self, client: u16, class: &ClassInfo, method: &MethodDescriptor) -> AccessMode {
        let allowed = match (class.id, method.id) {
            // The passes of HLS go through the current association.
            (15, 1) => true,
            // What Association SN tells is no more than may be read.
            (12, 3 | 4) => true,
            (18 | 64, _) => client == MANAGEMENT || client == ANY_PROTECTION,
            _ => matches!(client, MANAGEMENT | READER | ANY_PROTECTION),
        };
        if allowed && class.method(method.id).is_some() { AccessMode::INVOKE } else { AccessMode::NONE }
    }
}
