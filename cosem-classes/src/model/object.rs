use core::fmt;
use core::marker::PhantomData;

use dlms_core::apdu::{ActionResult, DataAccessResult, SelectiveAccess};
use dlms_core::codec::Writer;
use dlms_core::data::{Data, DataType};
use obis::ObisCode;

use super::{CaptureTarget, ClassInfo, Effect, Rows};

/// How the value of an attribute is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// It was written.
    Written,
    /// It is an array, to be written row by row with [`Object::row`].
    Rows(Rows),
}

/// One object, as the server sees it. Object-safe: a logical device is a list of these.
///
/// Implemented by [`Instance`] for everything that serves a class; rarely by hand.
pub trait Object {
    /// The table of its class.
    fn class(&self) -> &'static ClassInfo;

    /// Its name.
    fn logical_name(&self) -> ObisCode;

    /// Writes the value of attribute `id`, or says which rows it has.
    ///
    /// # Errors
    /// Why there is none; what was written then does not count.
    fn get(
        &self,
        id: i8,
        selection: Option<&SelectiveAccess<'_>>,
        w: &mut Writer<'_>,
    ) -> Result<Value, DataAccessResult>;

    /// Writes row number `row` of an attribute that [`get`](Self::get) answered with rows; nothing if the
    /// selection leaves this one out.
    ///
    /// # Errors
    /// The row is gone.
    fn row(
        &self,
        id: i8,
        selection: Option<&SelectiveAccess<'_>>,
        row: u32,
        w: &mut Writer<'_>,
    ) -> Result<(), DataAccessResult>;

    /// Sets attribute `id` to `value`.
    ///
    /// # Errors
    /// Why it was not set; the old value then stands.
    fn set(
        &mut self,
        id: i8,
        selection: Option<&SelectiveAccess<'_>>,
        value: Data<'_>,
    ) -> Result<Effect, DataAccessResult>;

    /// Invokes method `id` and writes its result; nothing written is no result. A parameter that did not come is
    /// null-data.
    ///
    /// # Errors
    /// Why it was not done.
    fn invoke(&mut self, id: i8, parameter: Data<'_>, w: &mut Writer<'_>) -> Result<Effect, ActionResult>;

    /// This object as one that captures others, if it is one.
    fn capture_target(&mut self) -> Option<&mut dyn CaptureTarget> {
        None
    }
}

/// Writes the value of attribute `id`, its rows included.
///
/// # Errors
/// There is none; there is no room for all rows.
pub fn write_whole(
    object: &dyn Object,
    id: i8,
    selection: Option<&SelectiveAccess<'_>>,
    w: &mut Writer<'_>,
) -> Result<(), DataAccessResult> {
    let Value::Rows(rows) = object.get(id, selection, w)? else { return Ok(()) };
    w.tagged_length(dlms_core::data::tag::ARRAY, usize::try_from(rows.count).unwrap_or(usize::MAX));
    for row in rows.first..rows.end {
        if w.is_full() {
            return Err(DataAccessResult::OtherReason);
        }
        object.row(id, selection, row, w)?;
    }
    Ok(())
}

impl<O: Object + ?Sized> Object for &mut O {
    fn class(&self) -> &'static ClassInfo {
        (**self).class()
    }
    fn logical_name(&self) -> ObisCode {
        (**self).logical_name()
    }
    fn get(
        &self,
        id: i8,
        selection: Option<&SelectiveAccess<'_>>,
        w: &mut Writer<'_>,
    ) -> Result<Value, DataAccessResult> {
        (**self).get(id, selection, w)
    }
    fn row(
        &self,
        id: i8,
        selection: Option<&SelectiveAccess<'_>>,
        row: u32,
        w: &mut Writer<'_>,
    ) -> Result<(), DataAccessResult> {
        (**self).row(id, selection, row, w)
    }
    fn set(
        &mut self,
        id: i8,
        selection: Option<&SelectiveAccess<'_>>,
        value: Data<'_>,
    ) -> Result<Effect, DataAccessResult> {
        (**self).set(id, selection, value)
    }
    fn invoke(&mut self, id: i8, parameter: Data<'_>, w: &mut Writer<'_>) -> Result<Effect, ActionResult> {
        (**self).invoke(id, parameter, w)
    }
    fn capture_target(&mut self) -> Option<&mut dyn CaptureTarget> {
        (**self).capture_target()
    }
}

/// `state`, served as class `C` under a logical name.
pub struct Instance<C, T> {
    /// Its name.
    pub logical_name: ObisCode,
    /// What implements the class's `Serve`.
    pub state: T,
    class: PhantomData<fn() -> C>,
}

impl<C, T> Instance<C, T> {
    /// Serves `state` under `logical_name`.
    #[must_use]
    pub const fn new(logical_name: ObisCode, state: T) -> Self {
        Self { logical_name, state, class: PhantomData }
    }
}

impl<C, T: fmt::Debug> fmt::Debug for Instance<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Instance").field(&self.logical_name).field(&self.state).finish()
    }
}

/// The value of an attribute of type `T`, or why there is none.
pub type Answer<'a, T> = Result<<T as DataType>::View<'a>, DataAccessResult>;
