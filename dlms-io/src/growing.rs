use dlms::client::{Client, ClientConfig, NameTable};
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::Link;
use dlms_security::{CounterStore, InvocationCounters};

/// A client whose buffers grow with the values, that references as its configuration says: names are learned from the
/// meter when they are needed.
pub(crate) fn client<L: Link, C: CryptoProvider, K: CounterStore>(
    link: L,
    config: ClientConfig,
    crypto: C,
    counters: InvocationCounters<K>,
) -> Client<L, C, K, Vec<u8>> {
    Client::new(link, config, crypto, counters, Vec::new(), Vec::new()).with_short_names(NameTable::growing())
}
