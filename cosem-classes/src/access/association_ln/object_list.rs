//! The object list, written from the objects and the rights there are.

use dlms_core::apdu::{AttributeDescriptor, DataAccessResult, MethodDescriptor, SelectiveAccess};
use dlms_core::codec::{Encode, Writer};
use dlms_core::data::{Array, ArrayView, Data, DataType, tag};
use dlms_core::structure;
use obis::ObisCode;

use crate::model::{AccessMode, AccessRights, AttributeInfo, Object, Objects, Rows, rows_match};

structure! {
    /// An object by class and name: object_id.
    #[derive(Eq)]
    pub struct ObjectId {
        /// Its interface class.
        pub class_id: u16,
        /// Its name.
        pub logical_name: ObisCode,
    }
}

structure! {
    /// An element of an object list that was asked for without access rights.
    #[derive(Eq)]
    pub struct ObjectWithoutRights {
        /// Its interface class.
        pub class_id: u16,
        /// The version of the class.
        pub version: u8,
        /// Its name.
        pub logical_name: ObisCode,
    }
}

/// How rights are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Form {
    /// As in version 0.
    V0,
    /// As in versions 1 and 2.
    V1,
    /// As in version 3.
    V3,
}

/// The object list that one client sees: objects it has no right to are not in it. Row n is object number n.
pub struct ObjectList<'a, O: ?Sized, R: ?Sized> {
    /// The objects.
    pub objects: &'a O,
    /// Who may do what with them.
    pub rights: &'a R,
    /// The client's SAP.
    pub client: u16,
    /// How rights are written.
    pub form: Form,
}

impl<O: ?Sized, R: ?Sized> core::fmt::Debug for ObjectList<'_, O, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ObjectList")
            .field("client", &self.client)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

impl<O: Objects + ?Sized, R: AccessRights + ?Sized> ObjectList<'_, O, R> {
    /// The rows that are selected.
    ///
    /// # Errors
    /// `type-unmatched`: the selection's parameters are of the wrong type; `read-write-denied`: there is no such
    /// selector.
    pub fn rows(&self, selection: Option<&SelectiveAccess<'_>>) -> Result<Rows, DataAccessResult> {
        let selected = Selected::new(selection)?;
        let end = u32::try_from(self.objects.len()).unwrap_or(u32::MAX);
        let count = |n: u32, row| n.saturating_add(u32::from(self.listed(&selected, row).is_some()));
        Ok(Rows { first: 0, end, count: (0..end).fold(0, count) })
    }

    /// Writes row number `row`; nothing if it is not selected.
    ///
    /// # Errors
    /// As [`rows`](Self::rows).
    pub fn row(
        &self,
        selection: Option<&SelectiveAccess<'_>>,
        row: u32,
        w: &mut Writer<'_>,
    ) -> Result<(), DataAccessResult> {
        let selected = Selected::new(selection)?;
        let Some(object) = self.listed(&selected, row) else { return Ok(()) };
        let (class, logical_name) = (object.class(), object.logical_name());
        if selected.without_rights() {
            ObjectWithoutRights { class_id: class.id, version: class.version, logical_name }.encode(w);
            return Ok(());
        }
        w.array([tag::STRUCTURE, 4]);
        class.id.encode(w);
        class.version.encode(w);
        logical_name.encode(w);
        w.array([tag::STRUCTURE, 2]);
        self.access_rights(object, w);
        Ok(())
    }

    /// Writes what the client may do with the attributes of an object, then with its methods: two arrays.
    pub fn access_rights(&self, object: &dyn Object, w: &mut Writer<'_>) {
        let class = object.class();
        w.u8(tag::ARRAY);
        w.length(class.attributes.len());
        for attribute in class.attributes {
            self.attribute(attribute, self.attribute_mode(object, attribute.id), w);
        }
        w.u8(tag::ARRAY);
        w.length(class.methods.len());
        for method in class.methods {
            w.array([tag::STRUCTURE, 2]);
            method.id.encode(w);
            let mode = self.method_mode(object, method.id);
            match self.form {
                Form::V0 => mode.invocable().encode(w),
                Form::V1 => Data::Enum(mode.method_mode_v1()).encode(w),
                Form::V3 => mode.encode(w),
            }
        }
    }

    /// Whether the client sees an object: it has a right to one attribute or method of it at least.
    #[must_use]
    pub fn sees(&self, object: &dyn Object) -> bool {
        let class = object.class();
        class.attributes.iter().any(|a| self.attribute_mode(object, a.id) != AccessMode::NONE)
            || class.methods.iter().any(|m| self.method_mode(object, m.id) != AccessMode::NONE)
    }

    fn attribute(&self, attribute: &AttributeInfo, mode: AccessMode, w: &mut Writer<'_>) {
        w.array([tag::STRUCTURE, 3]);
        attribute.id.encode(w);
        w.u8(tag::ENUM);
        w.u8(match self.form {
            Form::V0 => mode.0 & AccessMode::READ_WRITE.0,
            Form::V1 => mode.attribute_mode_v0(),
            Form::V3 => mode.0,
        });
        if attribute.selectors.is_empty() {
            return Data::NullData.encode(w);
        }
        w.u8(tag::ARRAY);
        w.length(attribute.selectors.len());
        for selector in attribute.selectors {
            w.array([tag::INTEGER, *selector]);
        }
    }

    /// The object of a row, if the client sees it and it is selected.
    fn listed(&self, selected: &Selected<'_>, row: u32) -> Option<&dyn Object> {
        let object = self.objects.at(usize::try_from(row).ok()?)?;
        (selected.contains(object.class().id, object.logical_name()) && self.sees(object)).then_some(object)
    }

    fn attribute_mode(&self, object: &dyn Object, id: i8) -> AccessMode {
        let class = object.class();
        let attribute = AttributeDescriptor::new(class.id, object.logical_name(), id);
        self.rights.attribute(self.client, class, &attribute)
    }

    fn method_mode(&self, object: &dyn Object, id: i8) -> AccessMode {
        let class = object.class();
        let method = MethodDescriptor::new(class.id, object.logical_name(), id);
        self.rights.method(self.client, class, &method)
    }
}

/// What a selection means.
enum Selected<'a> {
    All,
    WithoutRights,
    Classes(ArrayView<'a, u16>),
    Objects(ArrayView<'a, ObjectId>),
    Object(ObjectId),
}

impl<'a> Selected<'a> {
    fn new(selection: Option<&SelectiveAccess<'a>>) -> Result<Self, DataAccessResult> {
        let Some(SelectiveAccess { selector, parameters }) = selection else { return Ok(Self::All) };
        let selected = match selector {
            1 => Some(Self::WithoutRights).filter(|_| matches!(parameters, Data::NullData)),
            2 => Array::<u16>::from_data(*parameters).filter(rows_match).map(Self::Classes),
            3 => Array::<ObjectId>::from_data(*parameters).filter(rows_match).map(Self::Objects),
            4 => ObjectId::from_data(*parameters).map(Self::Object),
            _ => return Err(DataAccessResult::ReadWriteDenied),
        };
        selected.ok_or(DataAccessResult::TypeUnmatched)
    }

    fn contains(&self, class_id: u16, logical_name: ObisCode) -> bool {
        let id = ObjectId { class_id, logical_name };
        match self {
            Self::All | Self::WithoutRights => true,
            Self::Classes(classes) => classes.iter().any(|class| class == Ok(class_id)),
            Self::Objects(objects) => objects.iter().any(|object| object == Ok(id)),
            Self::Object(object) => *object == id,
        }
    }

    const fn without_rights(&self) -> bool {
        matches!(self, Self::WithoutRights | Self::Classes(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::association_ln::{v0, v1, v3};
    use crate::model::{ClassInfo, Instance};
    use crate::{data, profile_generic, register};
    use dlms_core::codec::Decode;
    use obis::obis;
    use std::vec::Vec;

    /// Client 16 sees the data object only; client 1 needs authentication to write it.
    struct Rights;
    impl AccessRights for Rights {
        fn attribute(&self, client: u16, class: &ClassInfo, attribute: &AttributeDescriptor) -> AccessMode {
            match (client, class.id, attribute.id) {
                (16, 1, _) => AccessMode::READ,
                (16, ..) => AccessMode::NONE,
                (_, 1, 2) => AccessMode::READ_WRITE.with(AccessMode::AUTHENTICATED_REQUEST),
                _ => AccessMode::READ,
            }
        }
        fn method(&self, client: u16, _: &ClassInfo, _: &MethodDescriptor) -> AccessMode {
            if client == 16 {
                AccessMode::NONE
            } else {
                AccessMode::INVOKE.with(AccessMode::AUTHENTICATED_REQUEST)
            }
        }
    }

    struct Nothing;
    impl register::Serve for Nothing {}
    impl profile_generic::Serve for Nothing {}

    const TITLE: ObisCode = obis!("0-0:42.0.0.255");
    const ENERGY: ObisCode = obis!("1-0:1.8.0.255");
    const LOAD: ObisCode = obis!("1-0:99.1.0.255");

    fn list(
        client: u16,
        form: Form,
        selection: Option<SelectiveAccess<'_>>,
    ) -> Result<Vec<Vec<u8>>, DataAccessResult> {
        let mut title = Instance::<data::Data, _>::new(TITLE, &b"ABC"[..]);
        let mut energy = Instance::<register::Register, _>::new(ENERGY, Nothing);
        let mut load = Instance::<profile_generic::ProfileGeneric, _>::new(LOAD, Nothing);
        let objects: [&mut dyn Object; 3] = [&mut title, &mut energy, &mut load];
        let list = ObjectList { objects: &objects, rights: &Rights, client, form };
        let rows = list.rows(selection.as_ref())?;
        let mut out = Vec::new();
        for row in rows.first..rows.end {
            let mut octets = [0; 200];
            let mut w = Writer::new(&mut octets);
            list.row(selection.as_ref(), row, &mut w)?;
            out.push(w.finish().unwrap().to_vec());
        }
        out.retain(|row| !row.is_empty());
        assert_eq!(out.len(), rows.count as usize);
        Ok(out)
    }

    #[test]
    fn each_form_reads_back_as_the_element_of_its_version() {
        let rows = list(1, Form::V0, None).unwrap();
        let element = v0::ObjectListElementView::from_bytes(&rows[0]).unwrap();
        assert_eq!((element.class_id, element.version, element.logical_name), (1, 0, TITLE));
        let value = element.access_rights.attribute_access.iter().nth(1).unwrap().unwrap();
        assert_eq!((value.attribute_id, value.access_mode), (2, v0::AttributeAccessMode::ReadAndWrite));
        assert_eq!(value.access_selectors, v0::AccessSelectorsView::None(()));
        let element = v0::ObjectListElementView::from_bytes(&rows[1]).unwrap();
        let reset = element.access_rights.method_access.iter().next().unwrap();
        assert_eq!(reset, Ok(v0::MethodAccess { method_id: 1, access_mode: true }));

        let rows = list(1, Form::V1, None).unwrap();
        let element = v1::ObjectListElementView::from_bytes(&rows[0]).unwrap();
        let value = element.access_rights.attribute_access.iter().nth(1).unwrap().unwrap();
        assert_eq!(value.access_mode, v1::AttributeAccessMode::AuthenticatedReadAndWrite);
        let element = v1::ObjectListElementView::from_bytes(&rows[2]).unwrap();
        assert_eq!((element.class_id, element.version), (7, 1));
        let buffer = element.access_rights.attribute_access.iter().nth(1).unwrap().unwrap();
        let v1::AccessSelectorsView::List(selectors) = buffer.access_selectors else { panic!() };
        assert!(selectors.iter().eq([Ok(1), Ok(2)]));
        let capture = element.access_rights.method_access.iter().nth(1).unwrap().unwrap();
        assert_eq!(capture.access_mode, v1::MethodAccessMode::AuthenticatedAccess);

        let rows = list(1, Form::V3, None).unwrap();
        let element = v3::ObjectListElementView::from_bytes(&rows[0]).unwrap();
        let value = element.access_rights.attribute_access.iter().nth(1).unwrap().unwrap();
        assert_eq!(value.access_mode, AccessMode(0x07));
    }

    #[test]
    fn what_a_client_may_not_touch_it_does_not_see() {
        let rows = list(16, Form::V1, None).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(v1::ObjectListElementView::from_bytes(&rows[0]).unwrap().logical_name, TITLE);
    }

    #[test]
    fn selectors_one_and_two_leave_the_rights_out() {
        let all =
            list(1, Form::V1, Some(SelectiveAccess { selector: 1, parameters: Data::NullData })).unwrap();
        let ids = |rows: &[Vec<u8>]| -> Vec<_> {
            rows.iter().map(|row| ObjectWithoutRights::from_bytes(row).unwrap().class_id).collect()
        };
        assert_eq!(ids(&all), [1, 3, 7]);
        let parameters = Data::from_bytes(&[1, 2, 18, 0, 7, 18, 0, 1]).unwrap();
        let some = list(1, Form::V1, Some(SelectiveAccess { selector: 2, parameters })).unwrap();
        assert_eq!(ids(&some), [1, 7]);
    }

    #[test]
    fn selectors_three_and_four_name_objects() {
        let parameters =
            [1, 2, 2, 2, 18, 0, 3, 9, 6, 1, 0, 1, 8, 0, 255, 2, 2, 18, 0, 9, 9, 6, 0, 0, 0, 0, 0, 0];
        let parameters = Data::from_bytes(&parameters).unwrap();
        let rows = list(1, Form::V3, Some(SelectiveAccess { selector: 3, parameters })).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(v3::ObjectListElementView::from_bytes(&rows[0]).unwrap().logical_name, ENERGY);

        let one = ObjectId { class_id: 7, logical_name: LOAD };
        let mut octets = [0; 20];
        let parameters = Data::from_bytes(one.encode_to_slice(&mut octets).unwrap()).unwrap();
        let rows = list(1, Form::V3, Some(SelectiveAccess { selector: 4, parameters })).unwrap();
        assert_eq!(rows.len(), 1);
    }

    #[test]
    fn wrong_selections_are_refused() {
        let refused =
            |selector, parameters| list(1, Form::V1, Some(SelectiveAccess { selector, parameters }));
        assert_eq!(refused(5, Data::NullData), Err(DataAccessResult::ReadWriteDenied));
        assert_eq!(refused(2, Data::NullData), Err(DataAccessResult::TypeUnmatched));
        let octets = Data::from_bytes(&[1, 1, 17, 1]).unwrap();
        assert_eq!(refused(2, octets), Err(DataAccessResult::TypeUnmatched));
    }
}
