use dlms::client::{Access, AccessOptions};
use dlms_core::apdu::AccessResult;
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::Data;
use dlms_core::link::Link;
use dlms_security::CounterStore;
use embedded_io_async::{Read, Write};

use super::{Meter, Timer};
use crate::Error;

impl<T, M, L, C, K, B, I> Meter<T, M, L, C, K, B, I>
where
    T: Read + Write,
    M: Timer,
    L: Link,
    C: CryptoProvider,
    K: CounterStore,
    B: Buffer,
    I: AsRef<[u8]> + AsMut<[u8]>,
{
    /// Reads, writes and invokes, in order: in one ACCESS request, or in as many as the meter needs. `each` is given the
    /// number of the item, how it ended, and the value it gave: null-data where there is none. What is not carried out
    /// any more after an error, where [`AccessOptions`] say so, ends with `OtherReason`.
    ///
    /// # Errors
    /// See [`Error`]; what `each` was told until then is done.
    pub async fn access(
        &mut self,
        items: &[Access<'_>],
        options: AccessOptions,
        mut each: impl FnMut(usize, AccessResult, Data<'_>),
    ) -> Result<(), Error<T::Error>> {
        let mut done = 0usize;
        let mut failed = false;
        while let Some(rest @ [_, ..]) = items.get(done..) {
            if failed && options.stop_on_error {
                for (number, item) in rest.iter().enumerate() {
                    each(done.saturating_add(number), item.not_done(), Data::NullData);
                }
                return Ok(());
            }
            let mut taken = 0;
            self.exchange(|client| {
                taken = client.access(rest, options)?;
                Ok(())
            })
            .await?;
            for (number, (result, value)) in self.client.access_results()?.iter().enumerate() {
                failed |= !result.is_success();
                each(done.saturating_add(number), result, value);
            }
            done = done.saturating_add(taken);
        }
        Ok(())
    }
}
