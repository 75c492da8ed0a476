use dlms::CURRENT_ASSOCIATION;
use dlms_core::apdu::AttributeDescriptor;
use dlms_core::data::{Data, DataBuf};
use obis::ObisCode;

use super::Session;
use super::view::{Raw, modes};
use crate::failure::Failure;

/// The class of associations by short names.
const ASSOCIATION_SN: u16 = 12;

impl Session {
    /// What there is in a meter that is referenced by short names, as it came; nothing if that is no list of objects.
    /// Whether access modes are sets of bits.
    ///
    /// # Errors
    /// The meter does not say.
    pub(super) fn objects_by_short_names(&mut self) -> Result<Option<(Vec<Raw>, bool)>, Failure> {
        let attribute = |id| AttributeDescriptor::new(ASSOCIATION_SN, CURRENT_ASSOCIATION, id);
        let list = self.get(attribute(2), None)?;
        // Rights came with version 1, and are not told to everybody.
        let rights = self.get(attribute(3), None).ok();
        let Some(mut objects) = list_of(&list, object) else { return Ok(None) };
        for (base_name, attributes, methods) in
            rights.and_then(|rights| list_of(&rights, rights_of)).unwrap_or_default()
        {
            let object = objects.iter_mut().find(|object| object.base_name == Some(base_name));
            if let Some(object) = object {
                (object.attributes, object.methods) = (attributes, methods);
            }
        }
        let own = objects
            .iter()
            .find(|object| object.class == ASSOCIATION_SN && object.obis == CURRENT_ASSOCIATION);
        // From version 4 on, an access mode is a set of bits.
        let bits = own.is_some_and(|own| own.version >= 4);
        Ok(Some((objects, bits)))
    }
}

fn list_of<T>(list: &DataBuf, element: fn(Data<'_>) -> Option<T>) -> Option<Vec<T>> {
    let Data::Array(elements) = list.as_data() else { return None };
    elements.iter().map(element).collect()
}

fn object(element: Data<'_>) -> Option<Raw> {
    let Data::Structure(members) = element else { return None };
    let [base_name, class, version, Data::OctetString(name)] = members.exactly()? else { return None };
    Some(Raw {
        class: class.as_integer()?.try_into().ok()?,
        version: version.as_integer()?.try_into().ok()?,
        obis: ObisCode::from_octets(name.try_into().ok()?),
        base_name: Some(short_name(base_name)?),
        attributes: Vec::new(),
        methods: Vec::new(),
    })
}

type Rights = (u16, Vec<(i8, u8)>, Vec<(i8, u8)>);

fn rights_of(element: Data<'_>) -> Option<Rights> {
    let Data::Structure(members) = element else { return None };
    let [base_name, Data::Array(attributes), Data::Array(methods)] = members.exactly()? else { return None };
    Some((short_name(base_name)?, modes(attributes)?, modes(methods)?))
}

/// Short names are signed in the standard, and not everywhere.
fn short_name(name: Data<'_>) -> Option<u16> {
    let name = name.as_integer()?;
    u16::try_from(name).ok().or_else(|| Some(i16::try_from(name).ok()?.cast_unsigned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_read_signed_and_unsigned() {
        assert_eq!(short_name(Data::Long(-1536)), Some(0xfa00));
        assert_eq!(short_name(Data::LongUnsigned(0xfa00)), Some(0xfa00));
        assert_eq!(short_name(Data::DoubleLong(-40_000)), None);
        assert_eq!(short_name(Data::NullData), None);
    }
}
