use dlms_core::apdu::AttributeDescriptor;
use dlms_core::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Writer};
use dlms_core::data::{Any, Data, DataType, Elements};
use dlms_core::{enumeration, structure};
use obis::ObisCode;

enumeration! {
    /// What restricts the rows of a profile.
    pub enum RestrictionType { None = 0, ByDate = 1, ByEntry = 2 }
}

structure! {
    /// Which rows of a profile are meant: restriction_element.
    pub struct Restriction => RestrictionView<'a> {
        /// By what.
        pub restriction_type: RestrictionType,
        /// From where to where; null-data without a restriction.
        pub restriction_value: Any,
    }
}

/// An entry of a push_object_list, of whichever version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushObject {
    /// The attribute.
    pub attribute: AttributeDescriptor,
    /// What of it.
    pub selected: Selected,
}

/// What is pushed of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selected {
    /// All.
    Whole,
    /// One element, counted from 1.
    Element(u16),
    /// The last rows of a profile, so many columns of them; 0: all columns.
    LastEntries(u8, u16),
    /// The rows of a profile from one to another, counted from 1; 0: to the last.
    Entries(u32, u32),
}

impl PushObject {
    /// The entry that `value` is. Nothing for what is not offered: restrictions by date, columns by name, a whole
    /// object (attribute 0), and the last rows of a profile by time.
    #[must_use]
    pub fn from_data(value: Data<'_>) -> Option<Self> {
        let Data::Structure(members) = value else { return None };
        if !matches!(members.len(), 4..=6) {
            return None;
        }
        let class_id = member::<u16>(members, 0)?;
        let logical_name = member::<ObisCode>(members, 1)?;
        let id = member::<i8>(members, 2).filter(|id| *id != 0)?;
        let selected = match member::<u16>(members, 3)? {
            0 => Selected::Whole,
            element @ 1..=0x0fff => Selected::Element(element),
            last @ 0xf000.. => {
                let [high, count] = last.to_be_bytes();
                Selected::LastEntries(count, u16::from(high & 0x0f))
            }
            _ => return None,
        };
        let restriction = match members.nth(4) {
            None => None,
            Some(restriction) => restricted(<Restriction as DataType>::from_data(restriction)?)?,
        };
        if !matches!(members.nth(5), None | Some(Data::Array(_))) {
            return None;
        }
        if let Some(Data::Array(columns)) = members.nth(5)
            && !columns.is_empty()
        {
            return None;
        }
        let selected = match (restriction, selected) {
            (None, selected) => selected,
            (Some((from, to)), Selected::Whole) => Selected::Entries(from, to),
            _ => return None,
        };
        Some(Self { attribute: AttributeDescriptor::new(class_id, logical_name, id), selected })
    }

    /// The entry that is encoded in `octets`.
    ///
    /// # Errors
    /// There is none, or one that is not offered.
    pub fn from_bytes(octets: &[u8]) -> Result<Self, DecodeError> {
        let error = DecodeError { kind: DecodeErrorKind::InvalidValue("push object"), offset: 0 };
        Self::from_data(Data::from_bytes(octets)?).ok_or(error)
    }

    /// Writes the parameter of selective access by entry (selector 2) to rows and columns.
    pub fn write_entry_descriptor(w: &mut Writer<'_>, from: u32, to: u32, columns: u16) {
        w.array([dlms_core::data::tag::STRUCTURE, 4]);
        Data::DoubleLongUnsigned(from).encode(w);
        Data::DoubleLongUnsigned(to).encode(w);
        Data::LongUnsigned(1).encode(w);
        Data::LongUnsigned(columns).encode(w);
    }
}

fn member<'a, T: DataType>(members: Elements<'a>, index: usize) -> Option<T::View<'a>> {
    T::from_data(members.nth(index)?)
}

/// From which row to which; nothing inside for no restriction, nothing at all for one that is not offered.
fn restricted(restriction: RestrictionView<'_>) -> Option<Option<(u32, u32)>> {
    match (restriction.restriction_type, restriction.restriction_value) {
        (RestrictionType::None, _) => Some(None),
        (RestrictionType::ByEntry, Data::Structure(entries)) if entries.len() == 2 => {
            Some(Some((member::<u32>(entries, 0)?, member::<u32>(entries, 1)?)))
        }
        _ => None,
    }
}
