use dlms_core::apdu::{ActionResult, DataAccessResult, SelectiveAccess};
use dlms_core::codec::{Encode, Writer};
use dlms_core::data::Data;
use obis::ObisCode;

use super::{AttributeInfo, CaptureTarget, Class, ClassInfo, Effect, Instance, Object, Value};

/// From the number of an attribute or method to what a `T` has to say: the half of [`Object`] that
/// [`class!`](crate::class) writes for each class. As in [`Object`]; attribute 1 does not get here, nor what the
/// class's table rules out.
#[allow(missing_docs, reason = "as in Object")]
#[allow(clippy::missing_errors_doc, reason = "as in Object")]
pub trait Dispatch<T>: Class {
    fn get(
        state: &T,
        id: i8,
        selection: Option<&SelectiveAccess<'_>>,
        w: &mut Writer<'_>,
    ) -> Result<Value, DataAccessResult>;

    fn row(
        state: &T,
        id: i8,
        selection: Option<&SelectiveAccess<'_>>,
        row: u32,
        w: &mut Writer<'_>,
    ) -> Result<(), DataAccessResult>;

    fn set(state: &mut T, id: i8, value: Data<'_>) -> Result<Effect, DataAccessResult>;

    fn invoke(state: &mut T, id: i8, parameter: Data<'_>, w: &mut Writer<'_>)
    -> Result<Effect, ActionResult>;

    fn capture_target(state: &mut T) -> Option<&mut dyn CaptureTarget> {
        let _ = state;
        None
    }
}

impl<C: Dispatch<T>, T> Object for Instance<C, T> {
    fn class(&self) -> &'static ClassInfo {
        &C::INFO
    }

    fn logical_name(&self) -> ObisCode {
        self.logical_name
    }

    fn get(
        &self,
        id: i8,
        selection: Option<&SelectiveAccess<'_>>,
        w: &mut Writer<'_>,
    ) -> Result<Value, DataAccessResult> {
        check_selection(attribute(&C::INFO, id)?, selection)?;
        match id {
            1 => {
                self.logical_name.encode(w);
                Ok(Value::Written)
            }
            id => C::get(&self.state, id, selection, w),
        }
    }

    fn row(
        &self,
        id: i8,
        selection: Option<&SelectiveAccess<'_>>,
        row: u32,
        w: &mut Writer<'_>,
    ) -> Result<(), DataAccessResult> {
        C::row(&self.state, id, selection, row, w)
    }

    fn set(
        &mut self,
        id: i8,
        selection: Option<&SelectiveAccess<'_>>,
        value: Data<'_>,
    ) -> Result<Effect, DataAccessResult> {
        // No class lets a part of an attribute be written.
        if !attribute(&C::INFO, id)?.writable || selection.is_some() {
            return Err(DataAccessResult::ReadWriteDenied);
        }
        C::set(&mut self.state, id, value)
    }

    fn invoke(&mut self, id: i8, parameter: Data<'_>, w: &mut Writer<'_>) -> Result<Effect, ActionResult> {
        C::invoke(&mut self.state, id, parameter, w)
    }

    fn capture_target(&mut self) -> Option<&mut dyn CaptureTarget> {
        C::capture_target(&mut self.state)
    }
}

fn attribute(class: &ClassInfo, id: i8) -> Result<&'static AttributeInfo, DataAccessResult> {
    class.attribute(id).ok_or(DataAccessResult::ObjectUndefined)
}

fn check_selection(
    attribute: &AttributeInfo,
    selection: Option<&SelectiveAccess<'_>>,
) -> Result<(), DataAccessResult> {
    match selection {
        Some(selection) if !attribute.selectors.contains(&selection.selector) => {
            Err(DataAccessResult::ReadWriteDenied)
        }
        _ => Ok(()),
    }
}
