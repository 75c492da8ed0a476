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

use super::block::{Service, Unanswered};
use super::{Purpose, Variables};
use crate::association::REPLY_TO_HLS_SHORT_NAME;
use crate::client::{Client, ClientError, Exchange, Misuse, Recipients, Unconfirmed};

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

/// Methods to read, with their parameters. Selector 0 is what others send.
struct Invocations<'a>(&'a [u16], &'a [&'a dyn Encode]);

impl Encode for Invocations<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.length(self.0.len());
        for (name, parameter) in self.0.iter().zip(self.1) {
            w.u8(4);
            w.u16(*name);
            w.u8(0);
            parameter.encode(w);
        }
    }
}

/// Checks that there are as many values as items.
const fn check_values(items: usize, values: usize) -> Result<(), Misuse> {
    if items == values { Ok(()) } else { Err(Misuse::Incomplete("a value for each item")) }
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
        check_values(attributes.len(), values.len())?;
        self.of_all(attributes, Some(values), |client, body| {
            client.ask(Service::Write, body, Purpose::Set, Some(attributes.len()))
        })
    }

    pub(super) fn invoke_variable(
        &mut self,
        method: MethodDescriptor,
        parameter: &dyn Encode,
    ) -> Result<(), ClientError> {
        self.ready(self.invoking())?;
        let name = self.name_of_method(method)?;
        if self.config.invoke_by_write {
            let body = Body { names: &[name], selections: &[None], values: Some(&[parameter]) };
            return self.ask(Service::Write, &body, Purpose::Invoke, None);
        }
        self.ask(Service::Read, &Invocations(&[name], &[parameter]), Purpose::Invoke, None)
    }

    /// Starts an UnconfirmedWrite: of attributes, or of what is written in the place of methods.
    pub(super) fn send_variables(
        &mut self,
        to: Recipients,
        request: &Unconfirmed<'_>,
    ) -> Result<(), ClientError> {
        self.ready(Conformance::UNCONFIRMED_WRITE)?;
        let put = |client: &mut Self, body: &Body<'_>| client.put_unconfirmed(to, false, &Unanswered(body));
        match *request {
            Unconfirmed::Set(attribute, selection, value) => {
                let item = [AttributeSelection { attribute, selection }];
                self.of_all(&item, Some(&[value]), put)
            }
            Unconfirmed::SetList(attributes, values) => {
                self.offered(Conformance::MULTIPLE_REFERENCES)?;
                check_values(attributes.len(), values.len())?;
                self.of_all(attributes, Some(values), put)
            }
            Unconfirmed::Invoke(method, parameter) => {
                let name = self.name_of_method(method)?;
                put(self, &Body { names: &[name], selections: &[None], values: Some(&[parameter]) })
            }
            Unconfirmed::InvokeList(methods, parameters) => {
                self.offered(Conformance::MULTIPLE_REFERENCES)?;
                check_values(methods.len(), parameters.len())?;
                self.of_methods(methods, |client, names| {
                    let selections = [None; limits::WITH_LIST];
                    let selections = selections.get(..names.len()).unwrap_or_default();
                    put(client, &Body { names, selections, values: Some(parameters) })
                })
            }
            #[cfg(feature = "access")]
            Unconfirmed::Access(..) => Err(Misuse::NotByShortNames("ACCESS").into()),
        }
    }

    /// Starts to invoke several methods, by one Read or by one Write.
    pub(super) fn invoke_variables(
        &mut self,
        methods: &[MethodDescriptor],
        parameters: &[&dyn Encode],
    ) -> Result<(), ClientError> {
        let by_write = self.config.invoke_by_write;
        let service = self.invoking();
        self.ready(service.union(Conformance::MULTIPLE_REFERENCES))?;
        check_values(methods.len(), parameters.len())?;
        let items = Some(methods.len());
        self.of_methods(methods, |client, names| {
            if by_write {
                let selections = [None; limits::WITH_LIST];
                let selections = selections.get(..names.len()).unwrap_or_default();
                let body = Body { names, selections, values: Some(parameters) };
                return client.ask(Service::Write, &body, Purpose::Invoke, items);
            }
            client.ask(Service::Read, &Invocations(names, parameters), Purpose::Invoke, items)
        })
    }

    /// The services that methods are invoked by.
    const fn invoking(&self) -> Conformance {
        match self.config.invoke_by_write {
            true => Conformance::WRITE,
            false => Conformance::READ.union(Conformance::PARAMETERIZED_ACCESS),
        }
    }

    fn name_of_method(&self, method: MethodDescriptor) -> Result<u16, Misuse> {
        self.short_name(method.class_id, method.logical_name, Member::Method(method.id))
    }

    /// Does something with the short names of methods.
    fn of_methods(
        &mut self,
        methods: &[MethodDescriptor],
        act: impl FnOnce(&mut Self, &[u16]) -> Result<(), ClientError>,
    ) -> Result<(), ClientError> {
        let mut names = [0; limits::WITH_LIST];
        let Some(names) = names.get_mut(..methods.len()) else { return Err(Misuse::TooMany.into()) };
        for (method, name) in methods.iter().zip(names.iter_mut()) {
            *name = self.name_of_method(*method)?;
        }
        act(self, names)
    }

    /// Starts the third pass of HLS.
    pub(super) fn reply_to_hls(&mut self, token: &[u8]) -> Result<(), ClientError> {
        let request = Invocations(&[REPLY_TO_HLS_SHORT_NAME], &[&Data::OctetString(token)]);
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
