use core::time::Duration;

use cosem_classes::model::{Attribute, Method};
use dlms::client::{Access, AccessOptions, ClientError, Event, Misuse, Negotiated, Recipients, Unconfirmed};
use dlms_core::apdu::{
    AccessResult, ActionResponseItem, AttributeDescriptor, AttributeSelection, DataAccessResult,
    GetDataResult, List, MethodDescriptor, SelectiveAccess,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::Encode;
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::{Data, DataType};
use dlms_core::link::Link;
use dlms_security::CounterStore;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::{Error, Meter};
use crate::recount::recount;

/// The services. A request that fails leaves the association as it is, unless the transport or the link failed.
///
/// # Errors
/// `Client` with what the machine says, of [`ClientError`]; `Io` when the transport fails.
impl<T, L, C, K, B> Meter<T, L, C, K, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    L: Link,
    C: CryptoProvider,
    K: CounterStore,
    B: Buffer,
{
    /// Opens the association, all passes of its authentication included; what was agreed on. The meter's [habits] are
    /// heeded.
    ///
    /// [habits]: crate::Habits
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn associate(&mut self) -> Result<Negotiated, Error> {
        if self.habits.start_delay > 0 {
            tokio::time::sleep(Duration::from_millis(self.habits.start_delay.into())).await;
            self.habits.start_delay = 0;
        }
        match self.exchange_once(|client| client.associate(), Event::Associated).await {
            Err(Error::Client(error))
                if self.habits.counter_from_refusal && recount(&mut self.client, &error) =>
            {
                self.exchange_once(|client| client.associate(), Event::Associated).await?;
            }
            done => done?,
        }
        Ok(self.client.negotiated().ok_or(ClientError::Misuse(Misuse::NotAssociated))?)
    }

    /// Releases the association.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn release(&mut self) -> Result<(), Error> {
        self.exchange_once(|client| client.release(), Event::Released).await
    }

    /// Releases the association, if there is one, and drops the connection.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn close(mut self) -> Result<(), Error> {
        if self.client.negotiated().is_some() {
            self.release().await?;
        }
        self.channel.transport.shutdown().await.map_err(Error::Io)
    }

    /// Reads an attribute.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn get<V: DataType>(&mut self, attribute: Attribute<V>) -> Result<V::View<'_>, Error> {
        self.exchange(|client| client.get(attribute)).await?;
        Ok(self.client.value::<V>()?)
    }

    /// Reads a part of an attribute.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn get_selected<V: DataType>(
        &mut self,
        attribute: Attribute<V>,
        selection: &SelectiveAccess<'_>,
    ) -> Result<V::View<'_>, Error> {
        self.exchange(|client| client.get_selected(attribute, selection)).await?;
        Ok(self.client.value::<V>()?)
    }

    /// Reads an attribute, or a part of one, whose type is not known beforehand: its encoding.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn get_any(
        &mut self,
        attribute: AttributeDescriptor,
        selection: Option<&SelectiveAccess<'_>>,
    ) -> Result<&[u8], Error> {
        self.exchange(|client| client.get_any(attribute, selection)).await?;
        Ok(self.client.value_bytes()?)
    }

    /// Reads an attribute of any length, or a part of one, without keeping it: `each` is given its encoding piece by
    /// piece, as it comes. After an error the pieces are no value.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn get_blocks(
        &mut self,
        attribute: AttributeDescriptor,
        selection: Option<&SelectiveAccess<'_>>,
        mut each: impl FnMut(&[u8]),
    ) -> Result<(), Error> {
        self.exchange_blocks(|client| client.get_any(attribute, selection), &mut each).await?;
        each(self.client.value_bytes().unwrap_or(self.client.block()));
        Ok(())
    }

    /// Reads several attributes in one request; a result for each.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn get_list(
        &mut self,
        attributes: &[AttributeSelection<'_>],
    ) -> Result<List<'_, GetDataResult<'_>>, Error> {
        self.exchange(|client| client.get_list(attributes)).await?;
        Ok(self.client.values()?)
    }

    /// Writes an attribute.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn set<V: DataType>(
        &mut self,
        attribute: Attribute<V>,
        value: &V::View<'_>,
    ) -> Result<(), Error> {
        self.exchange(|client| client.set(attribute, value)).await
    }

    /// Writes an attribute, or a part of one, whose type is not known beforehand.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn set_any(
        &mut self,
        attribute: AttributeDescriptor,
        selection: Option<&SelectiveAccess<'_>>,
        value: &(dyn Encode + Sync),
    ) -> Result<(), Error> {
        self.exchange(|client| client.set_any(attribute, selection, value)).await
    }

    /// Writes several attributes in one request; a result for each.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn set_list(
        &mut self,
        attributes: &[AttributeSelection<'_>],
        values: &[&(dyn Encode + Sync)],
    ) -> Result<List<'_, DataAccessResult>, Error> {
        self.exchange(|client| client.set_list(attributes, &plain(values))).await?;
        Ok(self.client.results()?)
    }

    /// Invokes a method; its result.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn invoke<P: DataType, R: DataType>(
        &mut self,
        method: Method<P, R>,
        parameter: &P::View<'_>,
    ) -> Result<R::View<'_>, Error> {
        self.exchange(|client| client.invoke_method(method, parameter)).await?;
        Ok(self.client.value::<R>()?)
    }

    /// Invokes a method whose types are not known beforehand, null-data for no parameter; the encoding of its result,
    /// null-data for none.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn invoke_any(
        &mut self,
        method: MethodDescriptor,
        parameter: &(dyn Encode + Sync),
    ) -> Result<&[u8], Error> {
        self.exchange(|client| client.invoke_any(method, parameter)).await?;
        Ok(self.client.value_bytes()?)
    }

    /// Sends a request that nobody answers: returns when the link has sent it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send(&mut self, to: Recipients, request: &Unconfirmed<'_>) -> Result<(), Error> {
        self.exchange(|client| client.send(to, request)).await
    }

    /// Invokes several methods in one request; a result for each.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn invoke_list(
        &mut self,
        methods: &[MethodDescriptor],
        parameters: &[&(dyn Encode + Sync)],
    ) -> Result<List<'_, ActionResponseItem<'_>>, Error> {
        self.exchange(|client| client.invoke_list(methods, &plain(parameters))).await?;
        Ok(self.client.results()?)
    }

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
    ) -> Result<(), Error> {
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

fn plain<'a>(values: &[&'a (dyn Encode + Sync)]) -> Vec<&'a dyn Encode> {
    values.iter().map(|value| *value as &dyn Encode).collect()
}
