use cosem_classes::association_sn::v1::AssociationSn;
use cosem_classes::model::{ClassInfo, Effect, Object, Objects, Value};
use dlms_core::apdu::{ActionResult, DataAccessResult, SelectiveAccess};
use dlms_core::codec::Writer;
use dlms_core::data::Data;
use obis::ObisCode;

use super::BuiltIn;
use crate::CURRENT_ASSOCIATION;
use crate::server::ShortNames;

/// A built-in object in the object list: its class and name, and nothing to read.
struct Entry {
    class: &'static ClassInfo,
    logical_name: ObisCode,
    /// What it is to clients that reference by short names.
    base_name: u16,
}

impl Object for Entry {
    fn class(&self) -> &'static ClassInfo {
        self.class
    }
    fn logical_name(&self) -> ObisCode {
        self.logical_name
    }
    fn get(
        &self,
        _: i8,
        _: Option<&SelectiveAccess<'_>>,
        _: &mut Writer<'_>,
    ) -> Result<Value, DataAccessResult> {
        Err(DataAccessResult::ObjectUnavailable)
    }
    fn row(
        &self,
        _: i8,
        _: Option<&SelectiveAccess<'_>>,
        _: u32,
        _: &mut Writer<'_>,
    ) -> Result<(), DataAccessResult> {
        Err(DataAccessResult::ObjectUnavailable)
    }
    fn set(
        &mut self,
        _: i8,
        _: Option<&SelectiveAccess<'_>>,
        _: Data<'_>,
    ) -> Result<Effect, DataAccessResult> {
        Err(DataAccessResult::ObjectUnavailable)
    }
    fn invoke(&mut self, _: i8, _: Data<'_>, _: &mut Writer<'_>) -> Result<Effect, ActionResult> {
        Err(ActionResult::ObjectUnavailable)
    }
}

impl Entry {
    const fn new(object: BuiltIn, base_name: u16) -> Self {
        Self { class: object.class(), logical_name: object.logical_name(), base_name }
    }
}

static ENTRIES: [Entry; BuiltIn::ALL.len()] = [
    Entry::new(BuiltIn::CurrentAssociation, 0),
    Entry::new(BuiltIn::SapAssignment, 0xfc00),
    Entry::new(BuiltIn::SecuritySetup, 0xf900),
    Entry::new(BuiltIn::InvocationCounter, 0xf980),
];

/// The current association of a client that references by short names.
static SHORT_NAME_ASSOCIATION: Entry =
    Entry { class: &AssociationSn::INFO, logical_name: CURRENT_ASSOCIATION, base_name: 0xfa00 };

/// Security setup where the device keeps certificates.
#[cfg(feature = "certificates")]
static SECURITY_SETUP_1: Entry = Entry {
    class: &cosem_classes::security_setup::v1::SecuritySetup::INFO,
    logical_name: BuiltIn::SecuritySetup.logical_name(),
    base_name: 0xf900,
};

/// The objects of a device with the built-in ones before them, as the object list shows them.
pub(in crate::server) struct Listed<'a, O, M> {
    pub(in crate::server) objects: &'a O,
    pub(in crate::server) names: &'a M,
    /// To clients that reference by short names.
    pub(in crate::server) by_short_names: bool,
    /// Security setup is of version 1.
    #[cfg(feature = "certificates")]
    pub(in crate::server) has_certificates: bool,
}

impl<O: Objects, M: ShortNames> Listed<'_, O, M> {
    /// The base name of a built-in object.
    pub(in crate::server) fn base_name(&self, index: usize) -> Option<u16> {
        self.built_in(index).map(|entry| entry.base_name)
    }

    fn built_in(&self, index: usize) -> Option<&'static Entry> {
        match index {
            0 if M::SERVED && self.by_short_names => Some(&SHORT_NAME_ASSOCIATION),
            #[cfg(feature = "certificates")]
            2 if self.has_certificates => Some(&SECURITY_SETUP_1),
            _ => ENTRIES.get(index),
        }
    }
}

impl<O: Objects, M: ShortNames> Objects for Listed<'_, O, M> {
    fn len(&self) -> usize {
        self.objects.len().saturating_add(ENTRIES.len())
    }
    fn at(&self, index: usize) -> Option<&dyn Object> {
        match index.checked_sub(ENTRIES.len()) {
            Some(own) => self.objects.at(own),
            None => self
                .built_in(index)
                .filter(|entry| self.objects.find(entry.class.id, entry.logical_name).is_none())
                .map(|entry| entry as &dyn Object),
        }
    }
    fn at_mut(&mut self, _: usize) -> Option<&mut dyn Object> {
        None
    }
}
