use cosem_classes::data::Serve;
use cosem_classes::model::Answer;
use dlms_core::data::{Any, Data};

/// The counter that the next message of a client must have at least: read without security by a client that has lost
/// its own.
pub(in crate::server) struct InvocationCounter(pub(in crate::server) u32);

impl Serve for InvocationCounter {
    fn value(&self) -> Answer<'_, Any> {
        Ok(Data::DoubleLongUnsigned(self.0))
    }
}
