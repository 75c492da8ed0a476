use dlms::client::{Client, ClientError, Refusal};
use dlms_core::apdu::ExceptionServiceError;
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::Link;
use dlms_security::{CounterId, CounterStore};

/// Where the refusal names the invocation counter that the meter expects, and ours is behind: goes on there. Whether it
/// does.
pub(crate) fn recount<L: Link, C: CryptoProvider, K: CounterStore, B: Buffer>(
    client: &mut Client<L, C, K, B>,
    refusal: &ClientError,
) -> bool {
    let ClientError::Refused(Refusal::Exception(exception)) = refusal else { return false };
    let ExceptionServiceError::InvocationCounterError(Some(expected)) = exception.service_error else {
        return false;
    };
    let Some(ciphering) = client.config().ciphering else { return false };
    let id = CounterId { setup: ciphering.setup, broadcast: false };
    let counters = client.counters_mut();
    // The value that was refused is used up.
    counters.peek(id).is_ok_and(|next| next <= expected) && counters.raise(id, expected).is_ok()
}
