use cosem_classes::association_ln::object_list::{Form, ObjectList};
use cosem_classes::association_ln::v1::{ObjectListElement, Serve};
use cosem_classes::association_ln::{
    ApplicationContextName, ApplicationContextNameView, AssociatedPartners, AssociationStatus,
    ConformanceBits, ContextNameElements, MechanismName, MechanismNameElements, MechanismNameView,
    XdlmsContext, XdlmsContextView,
};
use cosem_classes::model::{AccessRights, Answer, Effect, Objects, Rows};
use dlms_core::apdu::{ActionResult, DLMS_VERSION, DataAccessResult, SelectiveAccess};
use dlms_core::codec::Writer;
use dlms_core::data::{DataType, OctetString, Octets};
use obis::ObisCode;

use super::{BuiltIn, Listed};
use crate::server::association::{Association, State};
use crate::server::{AssociationConfig, DeviceConfig, ShortNames};
use crate::{Authentication, Secret};

/// The association that a request came in, as Association LN version 1.
pub(in crate::server) struct CurrentAssociation<'a, O, R, M> {
    pub(in crate::server) objects: &'a Listed<'a, O, M>,
    pub(in crate::server) rights: &'a R,
    pub(in crate::server) association: &'a Association,
    pub(in crate::server) offered: Option<&'a mut AssociationConfig>,
    pub(in crate::server) device: &'a DeviceConfig<'a>,
}

impl<'a, O: Objects, R: AccessRights, M: ShortNames> CurrentAssociation<'a, O, R, M> {
    const fn list(&self) -> ObjectList<'a, Listed<'a, O, M>, R> {
        ObjectList {
            objects: self.objects,
            rights: self.rights,
            client: self.association.peer.client,
            form: Form::V1,
        }
    }
}

impl<O: Objects, R: AccessRights, M: ShortNames> Serve for CurrentAssociation<'_, O, R, M> {
    fn object_list(&self, selection: Option<&SelectiveAccess<'_>>) -> Result<Rows, DataAccessResult> {
        self.list().rows(selection)
    }

    fn object(
        &self,
        selection: Option<&SelectiveAccess<'_>>,
        row: u32,
        w: &mut Writer<'_>,
    ) -> Result<(), DataAccessResult> {
        self.list().row(selection, row, w)
    }

    fn associated_partners_id(&self) -> Answer<'_, AssociatedPartners> {
        let peer = self.association.peer;
        // An integer of eight bits by the book: SAPs above 127 keep their low octet.
        let [_, client] = peer.client.to_be_bytes();
        Ok(AssociatedPartners { client_sap: i8::from_be_bytes([client]), server_sap: peer.server })
    }

    fn application_context_name(&self) -> Answer<'_, ApplicationContextName> {
        let id = self.association.context.id().unwrap_or(1);
        Ok(ApplicationContextNameView::Elements(ContextNameElements::new(id)))
    }

    fn xdlms_context_info(&self) -> Answer<'_, XdlmsContext> {
        Ok(XdlmsContextView {
            conformance: ConformanceBits(self.association.conformance),
            max_receive_pdu_size: self.device.max_receive_pdu_size,
            max_send_pdu_size: self.association.client_max_receive_pdu_size,
            dlms_version_number: DLMS_VERSION,
            quality_of_service: 0,
            // The dedicated key has its place here, and is shown to nobody.
            cyphering_info: Octets(&[]),
        })
    }

    fn authentication_mechanism_name(&self) -> Answer<'_, MechanismName> {
        let id = self.association.mechanism.and_then(|m| m.id()).unwrap_or(0);
        Ok(MechanismNameView::Elements(MechanismNameElements::new(id)))
    }

    fn set_secret(
        &mut self,
        secret: <OctetString as DataType>::View<'_>,
    ) -> Result<Effect, DataAccessResult> {
        set_password(self.offered.as_deref_mut(), secret.0)
    }

    fn association_status(&self) -> Answer<'_, AssociationStatus> {
        Ok(match self.association.state {
            State::Free => AssociationStatus::NonAssociated,
            State::Pending => AssociationStatus::AssociationPending,
            State::Associated => AssociationStatus::Associated,
        })
    }

    fn security_setup_reference(&self) -> Answer<'_, ObisCode> {
        Ok(BuiltIn::SecuritySetup.logical_name())
    }

    fn add_object(&mut self, _: <ObjectListElement as DataType>::View<'_>) -> Result<Effect, ActionResult> {
        Err(ActionResult::ReadWriteDenied)
    }

    fn remove_object(
        &mut self,
        _: <ObjectListElement as DataType>::View<'_>,
    ) -> Result<Effect, ActionResult> {
        Err(ActionResult::ReadWriteDenied)
    }
}

/// Replaces the password of an association.
pub(super) fn set_password(
    offered: Option<&mut AssociationConfig>,
    secret: &[u8],
) -> Result<Effect, DataAccessResult> {
    match offered.map(|offered| &mut offered.authentication) {
        Some(Authentication::Lls(current)) => {
            *current = Secret::new(secret).ok_or(DataAccessResult::TypeUnmatched)?;
            Ok(Effect::None)
        }
        // The secrets of HLS are keys, which only the provider changes.
        _ => Err(DataAccessResult::ReadWriteDenied),
    }
}
