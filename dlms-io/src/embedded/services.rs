use cosem_classes::model::{Attribute, Method};
use dlms::client::{ClientError, Event, Misuse, Negotiated, Recipients, Unconfirmed};
use dlms_core::apdu::{
    ActionResponseItem, AttributeDescriptor, AttributeSelection, DataAccessResult, GetDataResult, List,
    MethodDescriptor, SelectiveAccess,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::Encode;
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::DataType;
use dlms_core::link::Link;
use dlms_security::CounterStore;
use embedded_io_async::{Read, Write};

use super::{Meter, Timer};
use crate::Error;

/// The services. A request that fails leaves the association as it is, unless the transport or the link failed.
///
/// # Errors
/// `Client` with what the machine says, of [`ClientError`]; `Io` when the transport fails.
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
    /// Opens the association, all passes of its authentication included; what was agreed on.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn associate(&mut self) -> Result<Negotiated, Error<T::Error>> {
        self.exchange_once(|client| client.associate(), Event::Associated).await?;
        Ok(self.client.negotiated().ok_or(ClientError::Misuse(Misuse::NotAssociated))?)
    }

    /// Releases the association.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn release(&mut self) -> Result<(), Error<T::Error>> {
        self.exchange_once(|client| client.release(), Event::Released).await
    }

    /// Releases the association, if there is one, and drops the transport.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn close(mut self) -> Result<(), Error<T::Error>> {
        if self.client.negotiated().is_some() {
            self.release().await?;
        }
        Ok(())
    }

    /// Reads an attribute.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn get<V: DataType>(
        &mut self,
        attribute: Attribute<V>,
    ) -> Result<V::View<'_>, Error<T::Error>> {
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
    ) -> Result<V::View<'_>, Error<T::Error>> {
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
    ) -> Result<&[u8], Error<T::Error>> {
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
    ) -> Result<(), Error<T::Error>> {
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
    ) -> Result<List<'_, GetDataResult<'_>>, Error<T::Error>> {
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
    ) -> Result<(), Error<T::Error>> {
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
        value: &dyn Encode,
    ) -> Result<(), Error<T::Error>> {
        self.exchange(|client| client.set_any(attribute, selection, value)).await
    }

    /// Writes several attributes in one request; a result for each.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn set_list(
        &mut self,
        attributes: &[AttributeSelection<'_>],
        values: &[&dyn Encode],
    ) -> Result<List<'_, DataAccessResult>, Error<T::Error>> {
        self.exchange(|client| client.set_list(attributes, values)).await?;
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
    ) -> Result<R::View<'_>, Error<T::Error>> {
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
        parameter: &dyn Encode,
    ) -> Result<&[u8], Error<T::Error>> {
        self.exchange(|client| client.invoke_any(method, parameter)).await?;
        Ok(self.client.value_bytes()?)
    }

    /// Sends a request that nobody answers: returns when the link has sent it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send(&mut self, to: Recipients, request: &Unconfirmed<'_>) -> Result<(), Error<T::Error>> {
        self.exchange(|client| client.send(to, request)).await
    }

    /// Invokes several methods in one request; a result for each.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn invoke_list(
        &mut self,
        methods: &[MethodDescriptor],
        parameters: &[&dyn Encode],
    ) -> Result<List<'_, ActionResponseItem<'_>>, Error<T::Error>> {
        self.exchange(|client| client.invoke_list(methods, parameters)).await?;
        Ok(self.client.results()?)
    }
}
