use dlms::{CURRENT_ASSOCIATION, Referencing};
use dlms_core::apdu::{AttributeDescriptor, DataAccessResult};
use dlms_core::data::{Data, DataBuf, Elements};
use obis::ObisCode;

use super::{Session, refused};
use crate::failure::Failure;

/// The class of associations.
const ASSOCIATION_LN: u16 = 15;

/// What there is in a meter, as far as this client sees it: the object list of its association.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AssociationView {
    /// Objects, in the meter's order.
    pub(crate) objects: Vec<ViewedObject>,
}

/// An object in the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ViewedObject {
    /// Its interface class.
    pub(crate) class: u16,
    /// The version of it.
    pub(crate) version: u8,
    /// Its name.
    pub(crate) obis: ObisCode,
    /// Its base name, where it is referenced by short names.
    pub(crate) base_name: Option<u16>,
    /// What may be done with which attribute.
    pub(crate) attributes: Vec<(i8, String)>,
    /// What may be done with which method.
    pub(crate) methods: Vec<(i8, String)>,
}

impl Session {
    /// What there is in the meter; it is asked once.
    ///
    /// # Errors
    /// It does not say, or what it says is no object list.
    pub(crate) fn view(&mut self) -> Result<&AssociationView, Failure> {
        if self.view.is_none() {
            self.view = match self.settings.config.referencing {
                Referencing::LogicalName => {
                    let list = AttributeDescriptor::new(ASSOCIATION_LN, CURRENT_ASSOCIATION, 2);
                    AssociationView::read(&self.get(list, None)?)
                }
                Referencing::ShortName => {
                    self.objects_by_short_names()?.map(|(raw, bits)| AssociationView::named(raw, bits))
                }
            };
        }
        self.view.as_ref().ok_or_else(|| Failure::decode("the association view is no list of objects"))
    }

    /// The class of an object that goes by this name.
    ///
    /// # Errors
    /// There is no such object, or the meter does not say what there is.
    pub(crate) fn class_of(&mut self, name: ObisCode) -> Result<u16, Failure> {
        let object = self.view()?.objects.iter().find(|object| object.obis == name);
        let missing = || refused("get", DataAccessResult::ObjectUndefined);
        object.map(|object| object.class).ok_or_else(|| missing().with_remark(&format!(": no object {name}")))
    }
}

impl AssociationView {
    fn read(list: &DataBuf) -> Option<Self> {
        let Data::Array(elements) = list.as_data() else { return None };
        let raw = elements.iter().map(Raw::read).collect::<Option<Vec<_>>>()?;
        let own =
            raw.iter().find(|object| object.class == ASSOCIATION_LN && object.obis == CURRENT_ASSOCIATION);
        // From version 3 on, an access mode is a set of bits.
        let bits = own.map_or_else(|| raw.iter().any(Raw::exceeds_modes), |own| own.version >= 3);
        Some(Self::named(raw, bits))
    }

    fn named(raw: Vec<Raw>, bits: bool) -> Self {
        Self { objects: raw.into_iter().map(|object| object.named(bits)).collect() }
    }
}

/// An object with access modes as they came.
pub(super) struct Raw {
    pub(super) class: u16,
    pub(super) version: u8,
    pub(super) obis: ObisCode,
    pub(super) base_name: Option<u16>,
    pub(super) attributes: Vec<(i8, u8)>,
    pub(super) methods: Vec<(i8, u8)>,
}

impl Raw {
    fn read(element: Data<'_>) -> Option<Self> {
        let Data::Structure(members) = element else { return None };
        let [class, version, name, rights] = members.exactly()?;
        let name: [u8; 6] = match name {
            Data::OctetString(octets) => octets.try_into().ok()?,
            _ => return None,
        };
        let (attributes, methods) = match rights {
            Data::Structure(rights) => match rights.exactly()? {
                [Data::Array(attributes), Data::Array(methods)] => (modes(attributes)?, modes(methods)?),
                _ => return None,
            },
            _ => return None,
        };
        Some(Self {
            class: class.as_integer()?.try_into().ok()?,
            version: version.as_integer()?.try_into().ok()?,
            obis: ObisCode::from_octets(name),
            base_name: None,
            attributes,
            methods,
        })
    }

    fn exceeds_modes(&self) -> bool {
        self.attributes.iter().any(|(_, mode)| *mode > 6) || self.methods.iter().any(|(_, mode)| *mode > 2)
    }

    fn named(self, bits: bool) -> ViewedObject {
        let named = |modes: Vec<(i8, u8)>, name: fn(u8, bool) -> String| {
            modes.into_iter().map(|(id, mode)| (id, name(mode, bits))).collect()
        };
        ViewedObject {
            class: self.class,
            version: self.version,
            obis: self.obis,
            base_name: self.base_name,
            attributes: named(self.attributes, attribute_mode),
            methods: named(self.methods, method_mode),
        }
    }
}

/// Numbers and access modes of attributes or methods.
pub(super) fn modes(items: Elements<'_>) -> Option<Vec<(i8, u8)>> {
    let mode = |item: Data<'_>| {
        let Data::Structure(members) = item else { return None };
        let mode = match members.nth(1)? {
            Data::Enum(mode) => mode,
            Data::Boolean(allowed) => u8::from(allowed),
            other => other.as_integer()?.try_into().ok()?,
        };
        Some((members.nth(0)?.as_integer()?.try_into().ok()?, mode))
    };
    items.iter().map(mode).collect()
}

fn attribute_mode(mode: u8, bits: bool) -> String {
    const RIGHTS: [&str; 4] = ["none", "read", "write", "read-write"];
    let right = |rights: u8| RIGHTS.get(usize::from(rights)).copied().unwrap_or_default();
    match mode {
        _ if bits => with_demands(right(mode & 3), mode),
        0..=3 => right(mode).to_owned(),
        4..=6 => format!("authenticated-{}", right(mode - 3)),
        other => format!("mode {other}"),
    }
}

fn method_mode(mode: u8, bits: bool) -> String {
    let right = |allowed| if allowed { "invoke" } else { "none" };
    match mode {
        _ if bits => with_demands(right(mode & 1 != 0), mode),
        0 | 1 => right(mode == 1).to_owned(),
        2 => "authenticated-invoke".to_owned(),
        other => format!("mode {other}"),
    }
}

/// The right with what it takes: bits 2 to 7 of an access mode.
fn with_demands(right: &str, mode: u8) -> String {
    const DEMANDS: [&str; 6] = [
        "authenticated-request",
        "encrypted-request",
        "signed-request",
        "authenticated-response",
        "encrypted-response",
        "signed-response",
    ];
    let demands = DEMANDS.iter().enumerate().filter(|(bit, _)| mode & (4 << bit) != 0);
    demands.fold(right.to_owned(), |text, (_, demand)| format!("{text}+{demand}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::value_json::from_json;

    fn element(
        class: u16,
        version: u8,
        name: &str,
        mode: u8,
        method: &serde_json::Value,
    ) -> serde_json::Value {
        json!({"structure": [
            {"long-unsigned": class}, {"unsigned": version}, {"octet-string": name},
            {"structure": [
                {"array": [{"structure": [{"integer": 2}, {"enum": mode}, {"null-data": null}]}]},
                {"array": [{"structure": [{"integer": 1}, method]}]},
            ]},
        ]})
    }

    fn view(elements: &[serde_json::Value]) -> Option<AssociationView> {
        AssociationView::read(&from_json(&json!({"array": elements})).unwrap())
    }

    #[test]
    fn modes_are_read_as_the_version_means_them() {
        let energy = |mode, method| element(3, 0, "0100010800FF", mode, &method);
        let own = |version| element(15, version, "0000280000FF", 1, &json!({"boolean": true}));
        let old = view(&[energy(5, json!({"boolean": false})), own(0)]).unwrap();
        assert_eq!(old.objects[0].attributes, [(2, "authenticated-write".to_owned())]);
        assert_eq!(old.objects[0].methods, [(1, "none".to_owned())]);
        let newer = view(&[energy(3, json!({"enum": 2})), own(2)]).unwrap();
        assert_eq!(newer.objects[0].methods, [(1, "authenticated-invoke".to_owned())]);
        let newest = view(&[energy(0x0f, json!({"enum": 0x21})), own(3)]).unwrap();
        assert_eq!(newest.objects[0].attributes[0].1, "read-write+authenticated-request+encrypted-request");
        assert_eq!(newest.objects[0].methods[0].1, "invoke+authenticated-response");
    }

    #[test]
    fn what_is_no_list_of_objects_is_none() {
        assert_eq!(view(&[json!({"null-data": null})]), None);
        assert_eq!(view(&[]).unwrap().objects, []);
    }
}
