use cosem_classes::model::Member;
use dlms_core::apdu::{
    AttributeDescriptor, AttributeSelection, Conformance, MethodDescriptor, SelectiveAccess,
    VariableAccessSpecification as Specification,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Encode, Writer};
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::Data;
use dlms_core::limits;
use dlms_core::link::Link;
use dlms_security::CounterStore;

use super::block::Service;
use super::{Purpose, Variables};
use crate::association::REPLY_TO_HLS_SHORT_NAME;
use crate::client::{Client, ClientError, Exchange, Misuse};

/// Variables, and the values that follow them in a Write.
struct Body<'a> {
    /// Short names and selections, one for each.
    names: &'a [u16],
    selections: &'a [Option<SelectiveAccess<'a>>],
    values: Option<&'a [&'a dyn Encode]>,
}

impl Encode for Body<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.length(self.names.len());
        for (name, selection) in self.names.iter().zip(self.selections) {
            match *selection {
                None => Specification::VariableName(*name),
                Some(selection) => Specification::ParameterizedAccess { variable_name: *name, selection },
            }
            .encode(w);
        }
        if let Some(values) = self.values {
            w.length(values.len());
            for value in values {
                value.encode(w);
            }
        }
    }
}

/// A method to read, with its parameter. Selector 0 is what others send.
struct Invocation<'a>(u16, &'a dyn Encode);

impl Encode for Invocation<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.array([1, 4]);
        w.u16(self.0);
        w.u8(0);
        self.1.encode(w);
    }
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    pub(super) fn read_variable(
        &mut self,
        attribute: AttributeDescriptor,
        selection: Option<&SelectiveAccess<'_>>,
    ) -> Result<(), ClientError> {
        self.ready(Conformance::READ)?;
        self.selects(selection)?;
        let name =
            self.short_name(attribute.class_id, attribute.logical_name, Member::Attribute(attribute.id))?;
        let body = Body { names: &[name], selections: &[selection.copied()], values: None };
        self.ask(Service::Read, &body, Purpose::Get, None)
    }

    pub(super) fn read_variables(
        &mut self,
        attributes: &[AttributeSelection<'_>],
    ) -> Result<(), ClientError> {
        self.ready(Conformance::READ.union(Conformance::MULTIPLE_REFERENCES))?;
        self.of_all(attributes, None, |client, body| {
            client.ask(Service::Read, body, Purpose::Get, Some(attributes.len()))
        })
    }

    pub(super) fn write_variable(
        &mut self,
        attribute: AttributeDescriptor,
        selection: Option<&SelectiveAccess<'_>>,
        value: &dyn Encode,
    ) -> Result<(), ClientError> {
        self.ready(Conformance::WRITE)?;
        self.selects(selection)?;
        let name =
            self.short_name(attribute.class_id, attribute.logical_name, Member::Attribute(attribute.id))?;
        let body = Body { names: &[name], selections: &[selection.copied()], values: Some(&[value]) };
        self.ask(Service::Write, &body, Purpose::Set, None)
    }

    pub(super) fn write_variables(
        &mut self,
        attributes: &[AttributeSelection<'_>],
        values: &[&dyn Encode],
    ) -> Result<(), ClientError> {
        self.ready(Conformance::WRITE.union(Conformance::MULTIPLE_REFERENCES))?;
        if attributes.len() != values.len() {
            return Err(Misuse::Incomplete("a value for each attribute").into());
        }
        self.of_all(attributes, Some(values), |client, body| {
            client.ask(Service::Write, body, Purpose::Set, Some(attributes.len()))
        })
    }

    pub(super) fn invoke_variable(
        &mut self,
        method: MethodDescriptor,
        parameter: &dyn Encode,
    ) -> Result<(), ClientError> {
        let by_write = self.config.invoke_by_write;
        self.ready(if by_write {
            Conformance::WRITE
        } else {
            Conformance::READ.union(Conformance::PARAMETERIZED_ACCESS)
        })?;
        let name = self.short_name(method.class_id, method.logical_name, Member::Method(method.id))?;
        if by_write {
            let body = Body { names: &[name], selections: &[None], values: Some(&[parameter]) };
            return self.ask(Service::Write, &body, Purpose::Invoke, None);
        }
        self.ask(Service::Read, &Invocation(name, parameter), Purpose::Invoke, None)
    }

    /// Starts the third pass of HLS.
    pub(super) fn reply_to_hls(&mut self, token: &[u8]) -> Result<(), ClientError> {
        let request = Invocation(REPLY_TO_HLS_SHORT_NAME, &Data::OctetString(token));
        // The token fits whatever a server takes.
        self.put_variables(Service::Read, &request).map(|_| ())
    }

    pub(super) fn ask(
        &mut self,
        service: Service,
        body: &dyn Encode,
        purpose: Purpose,
        items: Option<usize>,
    ) -> Result<(), ClientError> {
        let blocks = self.put_variables(service, body)?;
        self.begin(Exchange::Variables(Variables { purpose, items, blocks, block: 0 }));
        Ok(())
    }

    fn selects(&self, selection: Option<&SelectiveAccess<'_>>) -> Result<(), Misuse> {
        if selection.is_some() { self.offered(Conformance::PARAMETERIZED_ACCESS) } else { Ok(()) }
    }

    fn short_name(&self, class_id: u16, logical_name: obis::ObisCode, member: Member) -> Result<u16, Misuse> {
        let name = self.names.find(class_id, logical_name);
        name.and_then(|name| name.of_member(member)).ok_or(Misuse::NoShortName)
    }

    /// Does something with the variables that attributes are.
    fn of_all(
        &mut self,
        attributes: &[AttributeSelection<'_>],
        values: Option<&[&dyn Encode]>,
        act: impl FnOnce(&mut Self, &Body<'_>) -> Result<(), ClientError>,
    ) -> Result<(), ClientError> {
        let (mut names, mut selections) = ([0; limits::WITH_LIST], [None; limits::WITH_LIST]);
        if attributes.len() > names.len() {
            return Err(Misuse::TooMany.into());
        }
        for ((item, name), selection) in attributes.iter().zip(&mut names).zip(&mut selections) {
            let AttributeDescriptor { class_id, logical_name, id } = item.attribute;
            self.selects(item.selection.as_ref())?;
            *name = self.short_name(class_id, logical_name, Member::Attribute(id))?;
            *selection = item.selection;
        }
        let (names, selections) = (names.get(..attributes.len()), selections.get(..attributes.len()));
        let (names, selections) = (names.unwrap_or_default(), selections.unwrap_or_default());
        act(self, &Body { names, selections, values })
    }
}
