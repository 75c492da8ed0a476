use cosem_classes::{Scaled, ScalerUnit};
use dlms_core::data::{Data, DateTime};
use obis::ObisCode;

use super::Meaning;

/// A value and what it is the value of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading<'a> {
    /// The object.
    pub obis: ObisCode,
    /// Its class, where that is said.
    pub class_id: Option<u16>,
    /// Which attribute of it, where that is said.
    pub attribute_id: Option<i8>,
    /// The value as it came.
    pub value: Data<'a>,
    /// What a number stands for.
    pub meaning: Meaning,
}

impl<'a> Reading<'a> {
    /// The value of one attribute.
    #[must_use]
    pub const fn of_attribute(class_id: u16, obis: ObisCode, attribute_id: i8, value: Data<'a>) -> Self {
        let (class_id, attribute_id) = (Some(class_id), Some(attribute_id));
        Self { obis, class_id, attribute_id, value, meaning: Meaning::Unknown }
    }

    /// The value of an object, with its scaler_unit if that came too.
    pub(super) const fn of_object(obis: ObisCode, value: Data<'a>, told: Option<ScalerUnit>) -> Self {
        let meaning = match told {
            Some(scaler_unit) => Meaning::Told(scaler_unit),
            None => Meaning::Unknown,
        };
        Self { obis, class_id: None, attribute_id: None, value, meaning }
    }

    /// The quantity, to the last digit; nothing where scaler and unit are unknown, or the value is no integer.
    #[must_use]
    pub fn quantity(&self) -> Option<Scaled> {
        self.meaning.scaler_unit()?.scale_data(self.value)
    }

    /// Whether this is a number of which nobody says in which power of ten and unit it counts.
    #[must_use]
    pub const fn lacks_scaler(&self) -> bool {
        let numeric = matches!(
            self.value,
            Data::Integer(_)
                | Data::Long(_)
                | Data::DoubleLong(_)
                | Data::Long64(_)
                | Data::Unsigned(_)
                | Data::LongUnsigned(_)
                | Data::DoubleLongUnsigned(_)
                | Data::Long64Unsigned(_)
        );
        // Registers, extended and demand registers have a scaler; the numbers of other classes stand for themselves.
        numeric && matches!(self.class_id, None | Some(3..=5)) && matches!(self.meaning, Meaning::Unknown)
    }

    /// The time that the value is, as a date-time or in an octet-string of twelve.
    #[must_use]
    pub fn date_time(&self) -> Option<DateTime> {
        self.value.as_date_time().filter(|time| time.is_valid())
    }
}
