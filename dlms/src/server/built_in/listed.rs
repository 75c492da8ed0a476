use cosem_classes::model::{ClassInfo, Effect, Object, Objects, Value};
use dlms_core::apdu::{ActionResult, DataAccessResult, SelectiveAccess};
use dlms_core::codec::Writer;
use dlms_core::data::Data;
use obis::ObisCode;

use super::BuiltIn;

/// A built-in object in the object list: its class and name, and nothing to read.
struct Entry(BuiltIn);

impl Object for Entry {
    fn class(&self) -> &'static ClassInfo {
        self.0.class()
    }
    fn logical_name(&self) -> ObisCode {
        self.0.logical_name()
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

static ENTRIES: [Entry; BuiltIn::ALL.len()] = [
    Entry(BuiltIn::CurrentAssociation),
    Entry(BuiltIn::SapAssignment),
    Entry(BuiltIn::SecuritySetup),
    Entry(BuiltIn::InvocationCounter),
];

/// The objects of a device with the built-in ones before them, as the object list shows them.
pub(in crate::server) struct Listed<'a, O>(pub(in crate::server) &'a O);

impl<O: Objects> Objects for Listed<'_, O> {
    fn len(&self) -> usize {
        self.0.len().saturating_add(ENTRIES.len())
    }
    fn at(&self, index: usize) -> Option<&dyn Object> {
        match index.checked_sub(ENTRIES.len()) {
            Some(own) => self.0.at(own),
            None => ENTRIES.get(index).filter(|e| !e.0.is_replaced(self.0)).map(|entry| entry as &dyn Object),
        }
    }
    fn at_mut(&mut self, _: usize) -> Option<&mut dyn Object> {
        None
    }
}
