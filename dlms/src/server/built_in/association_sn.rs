use cosem_classes::association_ln::object_list::{Form, ObjectId, ObjectList};
use cosem_classes::association_sn::v1::Serve;
use cosem_classes::association_sn::{AccessDescription, AttributeName, ObjectListElement};
use cosem_classes::model::{AccessMode, AccessRights, ClassInfo, Effect, Object, Objects, Rows, rows_match};
use dlms_core::apdu::{
    ActionResult, AttributeDescriptor, AttributeSelection, DataAccessResult, MethodDescriptor,
    SelectiveAccess,
};
use dlms_core::codec::{Encode, Writer};
use dlms_core::data::{Array, ArrayView, BitString, Data, DataType, OctetString, tag};
use dlms_core::limits;
use dlms_security::Protection;

use super::Listed;
use super::current_association::set_password;
use crate::server::association::Association;
use crate::server::read::read_whole;
use crate::server::short_name::{ShortNames, base_names};
use crate::server::site::Site;
use crate::server::{AssociationConfig, LogicalDevice};

/// Octets that a bit for each of the 127 attributes or methods of a class takes.
const BITS: usize = 16;

/// The association that a request came in, as Association SN version 1: the last that tells the rights to single
/// objects. What it reads for a client is in [`association_method`].
pub(in crate::server) struct CurrentAssociationSn<'a, O, R, M> {
    pub(in crate::server) objects: &'a Listed<'a, O, M>,
    pub(in crate::server) rights: &'a R,
    pub(in crate::server) client: u16,
    pub(in crate::server) offered: Option<&'a mut AssociationConfig>,
}

impl<'a, O: Objects, R: AccessRights, M: ShortNames> CurrentAssociationSn<'a, O, R, M> {
    const fn list(&self) -> ObjectList<'a, Listed<'a, O, M>, R> {
        ObjectList { objects: self.objects, rights: self.rights, client: self.client, form: Form::V1 }
    }

    fn rows(&self, selected: &Selected) -> Rows {
        let list = self.list();
        let count = base_names(self.objects)
            .filter(|(_, _, object)| selected.contains(*object) && list.sees(*object));
        let count = u32::try_from(count.count()).unwrap_or(u32::MAX);
        Rows { first: 0, end: u32::try_from(self.objects.len()).unwrap_or(u32::MAX), count }
    }

    /// The object of a row with its base name, if the client sees it and it is selected.
    fn object_at(&self, selected: &Selected, row: u32) -> Option<(i16, &'a dyn Object)> {
        let row = usize::try_from(row).ok()?;
        let (_, base, object) = base_names(self.objects).find(|(index, ..)| *index == row)?;
        let listed = selected.contains(object) && self.list().sees(object);
        listed.then_some((i16::from_be_bytes(base.to_be_bytes()), object))
    }
}

impl<O: Objects, R: AccessRights, M: ShortNames> Serve for CurrentAssociationSn<'_, O, R, M> {
    fn object_list(&self, selection: Option<&SelectiveAccess<'_>>) -> Result<Rows, DataAccessResult> {
        Ok(self.rows(&Selected::new(selection)?))
    }

    fn object(
        &self,
        selection: Option<&SelectiveAccess<'_>>,
        row: u32,
        w: &mut Writer<'_>,
    ) -> Result<(), DataAccessResult> {
        if let Some((base_name, object)) = self.object_at(&Selected::new(selection)?, row) {
            let ClassInfo { id: class_id, version, .. } = *object.class();
            ObjectListElement { base_name, class_id, version, logical_name: object.logical_name() }.encode(w);
        }
        Ok(())
    }

    fn access_rights_list(&self) -> Result<Rows, DataAccessResult> {
        Ok(self.rows(&Selected::All))
    }

    fn access_rights(&self, row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
        if let Some((base_name, object)) = self.object_at(&Selected::All, row) {
            w.array([tag::STRUCTURE, 3]);
            base_name.encode(w);
            self.list().access_rights(object, w);
        }
        Ok(())
    }

    fn change_lls_secret(
        &mut self,
        secret: <OctetString as DataType>::View<'_>,
    ) -> Result<Effect, ActionResult> {
        set_password(self.offered.as_deref_mut(), secret.0)
            .map_err(|error| ActionResult::from_code(error.code()))
    }
}

/// What a selection of the object list means.
enum Selected {
    All,
    Class(u16),
    Object(ObjectId),
}

impl Selected {
    fn new(selection: Option<&SelectiveAccess<'_>>) -> Result<Self, DataAccessResult> {
        let Some(SelectiveAccess { selector, parameters }) = selection else { return Ok(Self::All) };
        let selected = match selector {
            1 => u16::from_data(*parameters).map(Self::Class),
            2 => ObjectId::from_data(*parameters).map(Self::Object),
            _ => return Err(DataAccessResult::ReadWriteDenied),
        };
        selected.ok_or(DataAccessResult::TypeUnmatched)
    }

    fn contains(&self, object: &dyn Object) -> bool {
        let class_id = object.class().id;
        match self {
            Self::All => true,
            Self::Class(class) => *class == class_id,
            Self::Object(id) => id.class_id == class_id && id.logical_name == object.logical_name(),
        }
    }
}

/// Invokes a method of the current association that looks at other objects; nothing for the others of its methods.
pub(in crate::server) fn association_method<D: LogicalDevice>(
    site: &mut Site<'_, D>,
    association: &Association,
    protection: Protection,
    id: i8,
    parameter: Data<'_>,
    w: &mut Writer<'_>,
) -> Option<Result<Effect, ActionResult>> {
    let done = match id {
        3 => elements(parameter).map(|names| read_by_logical_name(site, association, protection, &names, w)),
        4 => elements(parameter).map(|objects| describe(site, association.peer.client, &objects, w)),
        _ => return None,
    };
    Some(done.map(|()| Effect::None))
}

/// The elements of a parameter, as many as a request has items.
fn elements<T: DataType>(parameter: Data<'_>) -> Result<ArrayView<'_, T>, ActionResult> {
    let elements = Array::<T>::from_data(parameter).filter(rows_match);
    elements.filter(|elements| elements.len() <= limits::WITH_LIST).ok_or(ActionResult::TypeUnmatched)
}

/// Reads attributes; null-data stands for what may not be read.
fn read_by_logical_name<D: LogicalDevice>(
    site: &mut Site<'_, D>,
    association: &Association,
    protection: Protection,
    names: &ArrayView<'_, AttributeName>,
    w: &mut Writer<'_>,
) {
    w.u8(tag::ARRAY);
    w.length(names.len());
    for name in names.iter().flatten() {
        let AttributeName { class_id, logical_name, attribute_index } = name;
        let attribute = |id| AttributeDescriptor::new(class_id, logical_name, id);
        if attribute_index != 0 {
            read_or_null(site, association, protection, attribute(attribute_index), w);
            continue;
        }
        let Ok((_, class)) = site.resolve(class_id, logical_name) else {
            Data::NullData.encode(w);
            continue;
        };
        w.u8(tag::STRUCTURE);
        w.length(class.attributes.len());
        for info in class.attributes {
            read_or_null(site, association, protection, attribute(info.id), w);
        }
    }
}

fn read_or_null<D: LogicalDevice>(
    site: &mut Site<'_, D>,
    association: &Association,
    protection: Protection,
    attribute: AttributeDescriptor,
    w: &mut Writer<'_>,
) {
    let start = w.len();
    if read_whole(site, association, protection, &AttributeSelection::whole(attribute), w).is_err() {
        w.seek(start);
        Data::NullData.encode(w);
    }
}

/// Tells what may be done with objects; nothing with one that is not there.
fn describe<D: LogicalDevice>(
    site: &Site<'_, D>,
    client: u16,
    objects: &ArrayView<'_, ObjectId>,
    w: &mut Writer<'_>,
) {
    w.u8(tag::ARRAY);
    w.length(objects.len());
    for ObjectId { class_id, logical_name } in objects.iter().flatten() {
        let class = site.resolve(class_id, logical_name).map(|(_, class)| class);
        let (attributes, methods) =
            class.map_or((&[][..], &[][..]), |class| (class.attributes, class.methods));
        let attribute = |id, right| {
            let attribute = AttributeDescriptor::new(class_id, logical_name, id);
            site.attribute(client, &attribute).is_ok_and(|(_, mode)| mode.contains(right))
        };
        let method = |id| {
            let method = MethodDescriptor::new(class_id, logical_name, id);
            site.method(client, &method).is_ok_and(|(_, mode)| mode.contains(AccessMode::INVOKE))
        };
        let mut room = [[0; BITS]; 3];
        let [read, write, invoke] = &mut room;
        let ids = || attributes.iter().map(|attribute| attribute.id);
        let read = bits(read, ids(), |id| attribute(id, AccessMode::READ));
        let write = bits(write, ids(), |id| attribute(id, AccessMode::WRITE));
        let invoke = bits(invoke, methods.iter().map(|method| method.id), method);
        if let (Some(read_attributes), Some(write_attributes), Some(methods)) = (read, write, invoke) {
            AccessDescription { read_attributes, write_attributes, methods }.encode(w);
        }
    }
}

/// A bit for each number from 1 to the last of `ids`.
fn bits(
    room: &mut [u8; BITS],
    ids: impl Iterator<Item = i8> + Clone,
    is_set: impl Fn(i8) -> bool,
) -> Option<BitString<'_>> {
    let len = ids.clone().max().and_then(|last| usize::try_from(last).ok()).unwrap_or(0);
    for id in ids.filter(|id| is_set(*id)) {
        let Some(bit) = usize::try_from(id).ok().and_then(|id| id.checked_sub(1)) else { continue };
        if let Some(octet) = room.get_mut(bit / 8) {
            *octet |= 0x80 >> (bit % 8);
        }
    }
    BitString::new(len, room.get(..len.div_ceil(8))?)
}
