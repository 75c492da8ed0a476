use cosem_classes::association_sn::v1::AssociationSn;
use cosem_classes::model::{AccessMode, AccessRights, ClassInfo, Instance, Object, Objects};
use dlms_core::apdu::{AttributeDescriptor, DataAccessResult, MethodDescriptor};
use dlms_core::crypto::{KeyId, KeyKind};
#[cfg(feature = "certificates")]
use dlms_security::certificate::CertificateStore;
use dlms_security::{Protection, ReplayMemory};
use obis::ObisCode;

use super::association::Association;
#[cfg(feature = "certificates")]
use super::built_in::{AgreedKeys, CertifiedSetup};
use super::built_in::{
    BuiltIn, CurrentAssociation, CurrentAssociationSn, DeviceAtSap, InvocationCounter, Listed, Setup,
};
use super::device::{LogicalDevice, Parts};
use super::short_name::ShortNames;
use crate::CURRENT_ASSOCIATION;

/// The logical device that a request is for, taken apart, and its neighbours.
pub(super) struct Site<'d, D: LogicalDevice> {
    pub(super) parts: Parts<'d, D>,
    pub(super) before: &'d [D],
    pub(super) after: &'d [D],
    /// The request came in an association that references by short names.
    pub(super) by_short_names: bool,
    /// Keys agreed on by the request.
    #[cfg(feature = "certificates")]
    pub(super) agreed: AgreedKeys,
}

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    BuiltIn(BuiltIn),
    /// The current association, to a client that references by short names.
    AssociationSn,
    Own(usize),
}

impl<'d, D: LogicalDevice> Site<'d, D> {
    /// The device at SAP `server`, if there is one.
    pub(super) fn find(devices: &'d mut [D], server: u16) -> Option<Self> {
        let index = devices.iter().position(|device| device.config().sap == server)?;
        let (before, rest) = devices.split_at_mut_checked(index)?;
        let (device, after) = rest.split_first_mut()?;
        Some(Self {
            parts: device.parts(),
            before,
            after,
            by_short_names: false,
            #[cfg(feature = "certificates")]
            agreed: AgreedKeys::default(),
        })
    }

    /// The object with this class and name.
    ///
    /// # Errors
    /// `ObjectUndefined`; `ObjectClassInconsistent` when the name is one of another class.
    pub(super) fn resolve(
        &self,
        class_id: u16,
        logical_name: ObisCode,
    ) -> Result<(Target, &'static ClassInfo), DataAccessResult> {
        let objects = &*self.parts.objects;
        if let Some(index) = objects.find(class_id, logical_name) {
            let object = objects.at(index).ok_or(DataAccessResult::ObjectUndefined)?;
            return Ok((Target::Own(index), object.class()));
        }
        if D::Names::SERVED && self.by_short_names && logical_name == CURRENT_ASSOCIATION {
            return match class_id {
                12 => Ok((Target::AssociationSn, &AssociationSn::INFO)),
                _ => Err(DataAccessResult::ObjectClassInconsistent),
            };
        }
        match BuiltIn::named(logical_name) {
            Some(built_in) if built_in.class().id == class_id => {
                Ok((Target::BuiltIn(built_in), self.class_of(built_in)))
            }
            Some(_) => Err(DataAccessResult::ObjectClassInconsistent),
            None if objects.has_name(logical_name) => Err(DataAccessResult::ObjectClassInconsistent),
            None => Err(DataAccessResult::ObjectUndefined),
        }
    }

    fn class_of(&self, built_in: BuiltIn) -> &'static ClassInfo {
        #[cfg(feature = "certificates")]
        if built_in == BuiltIn::SecuritySetup && self.parts.certificates.is_served() {
            return &cosem_classes::security_setup::v1::SecuritySetup::INFO;
        }
        built_in.class()
    }

    /// What a client may do with an attribute, and the object that has it.
    ///
    /// # Errors
    /// There is no such object or attribute.
    pub(super) fn attribute(
        &self,
        client: u16,
        attribute: &AttributeDescriptor,
    ) -> Result<(Target, AccessMode), DataAccessResult> {
        let (target, class) = self.resolve(attribute.class_id, attribute.logical_name)?;
        class.attribute(attribute.id).ok_or(DataAccessResult::ObjectUndefined)?;
        Ok((target, self.parts.rights.attribute(client, class, attribute)))
    }

    /// What a client may do with a method, and the object that has it.
    ///
    /// # Errors
    /// There is no such object or method.
    pub(super) fn method(
        &self,
        client: u16,
        method: &MethodDescriptor,
    ) -> Result<(Target, AccessMode), DataAccessResult> {
        let (target, class) = self.resolve(method.class_id, method.logical_name)?;
        class.method(method.id).ok_or(DataAccessResult::ObjectUndefined)?;
        Ok((target, self.parts.rights.method(client, class, method)))
    }

    /// Does something with an object; a built-in one is put together for it.
    ///
    /// # Errors
    /// It is not there.
    pub(super) fn with<T>(
        &mut self,
        target: Target,
        association: &Association,
        act: impl FnOnce(&mut dyn Object) -> T,
    ) -> Result<T, DataAccessResult> {
        let parts = &mut self.parts;
        let built_in = match target {
            Target::Own(index) => {
                let object = parts.objects.at_mut(index).ok_or(DataAccessResult::ObjectUndefined)?;
                return Ok(act(object));
            }
            Target::AssociationSn => {
                return match D::Names::SERVED {
                    true => Ok(self.with_association_sn(association, act)),
                    false => Err(DataAccessResult::ObjectUndefined),
                };
            }
            Target::BuiltIn(built_in) => built_in,
        };
        let name = built_in.logical_name();
        #[cfg(feature = "certificates")]
        let has_certificates = parts.certificates.is_served();
        Ok(match built_in {
            BuiltIn::CurrentAssociation => {
                use cosem_classes::association_ln::v1::AssociationLn;
                let state = CurrentAssociation {
                    objects: &Listed {
                        objects: &*parts.objects,
                        names: parts.names,
                        by_short_names: false,
                        #[cfg(feature = "certificates")]
                        has_certificates,
                    },
                    rights: parts.rights,
                    association,
                    offered: parts.associations.get_mut(association.config).and_then(Option::as_mut),
                    device: parts.config,
                };
                act(&mut Instance::<AssociationLn, _>::new(name, state))
            }
            BuiltIn::SapAssignment => {
                use cosem_classes::sap_assignment::SapAssignment;
                let state = DeviceAtSap { own: parts.config, before: self.before, after: self.after };
                act(&mut Instance::<SapAssignment, _>::new(name, state))
            }
            BuiltIn::SecuritySetup => {
                use cosem_classes::security_setup::v0::SecuritySetup;
                let state = Setup {
                    crypto: &mut *parts.crypto,
                    policy: &mut *parts.policy,
                    suite: parts.config.suite,
                    setup: association.security.setup(),
                    own_title: parts.config.system_title,
                    client_title: association.security.peer_title(),
                };
                #[cfg(feature = "certificates")]
                if has_certificates {
                    use cosem_classes::security_setup::v1::SecuritySetup;
                    let state = CertifiedSetup {
                        setup: state,
                        certificates: &mut *parts.certificates,
                        algorithm_ids: parts.config.algorithm_ids,
                        agreed: &mut self.agreed,
                    };
                    return Ok(act(&mut Instance::<SecuritySetup, _>::new(name, state)));
                }
                act(&mut Instance::<SecuritySetup, _>::new(name, state))
            }
            BuiltIn::InvocationCounter => {
                use cosem_classes::data::Data;
                let key = KeyId { setup: 0, kind: KeyKind::GlobalUnicastEncryption };
                // One more than the last: to be used as it is, and no harm in adding one again.
                let next = parts.replay.highest(key).map_or(0, |last| last.saturating_add(1));
                act(&mut Instance::<Data, _>::new(name, InvocationCounter(next)))
            }
        })
    }

    fn with_association_sn<T>(
        &mut self,
        association: &Association,
        act: impl FnOnce(&mut dyn Object) -> T,
    ) -> T {
        let parts = &mut self.parts;
        let state = CurrentAssociationSn {
            objects: &Listed {
                objects: &*parts.objects,
                names: parts.names,
                by_short_names: true,
                #[cfg(feature = "certificates")]
                has_certificates: parts.certificates.is_served(),
            },
            rights: parts.rights,
            client: association.peer.client,
            offered: parts.associations.get_mut(association.config).and_then(Option::as_mut),
        };
        act(&mut Instance::<AssociationSn, _>::new(CURRENT_ASSOCIATION, state))
    }

    /// The objects as clients that reference by short names see them.
    pub(super) fn listed(&self) -> Listed<'_, D::Objects, D::Names> {
        Listed {
            objects: &*self.parts.objects,
            names: self.parts.names,
            by_short_names: true,
            #[cfg(feature = "certificates")]
            has_certificates: self.parts.certificates.is_served(),
        }
    }
}

/// Checks a right, and that a request is protected as the right demands.
///
/// # Errors
/// `ReadWriteDenied` without the right, `ScopeOfAccessViolated` without the protection.
pub(super) fn permit(
    mode: AccessMode,
    right: AccessMode,
    protection: Protection,
) -> Result<(), DataAccessResult> {
    if !mode.contains(right) {
        return Err(DataAccessResult::ReadWriteDenied);
    }
    let demanded = Protection {
        authenticated: mode.contains(AccessMode::AUTHENTICATED_REQUEST),
        encrypted: mode.contains(AccessMode::ENCRYPTED_REQUEST),
        signed: mode.contains(AccessMode::SIGNED_REQUEST),
    };
    if !protection.covers(demanded) {
        return Err(DataAccessResult::ScopeOfAccessViolated);
    }
    Ok(())
}

/// The protection that a right demands of the response.
pub(super) const fn demanded_of_response(mode: AccessMode) -> Protection {
    Protection {
        authenticated: mode.contains(AccessMode::AUTHENTICATED_RESPONSE),
        encrypted: mode.contains(AccessMode::ENCRYPTED_RESPONSE),
        signed: mode.contains(AccessMode::SIGNED_RESPONSE),
    }
}
