use cosem_classes::{ScalerUnit, Unit};
use dlms_core::data::{Data, Elements};
use obis::ObisCode;

/// What is known of the pushes of a meter model, for all that they do not say themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model<'m> {
    /// Its name.
    pub name: &'m str,
    /// How its pushes name themselves: what their first value is, or the first after its code.
    pub id: Option<&'m [u8]>,
    /// The deviations from the standard that it is known for, by their names.
    pub leniencies: &'m [&'m str],
    /// Lists of values without codes.
    pub lists: &'m [List<'m>],
    /// What the numbers of objects stand for that come without a scaler_unit.
    pub scalers: &'m [Field],
}

/// A list of values without codes: what is where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List<'m> {
    /// Whether its first value is the [`id`](Model::id) of the model.
    pub named: bool,
    /// What each value is, in order. A list with another number of values is another list.
    pub fields: &'m [Field],
}

/// What a value in a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The object.
    pub obis: ObisCode,
    /// What the number stands for.
    pub scaler_unit: Option<ScalerUnit>,
}

impl<'m> Model<'m> {
    /// Whether a push names itself as one of this model.
    #[must_use]
    pub fn is_named_in(&self, body: Data<'_>) -> bool {
        let Data::Structure(values) = body else { return false };
        self.id.is_some() && values.iter().take(2).any(|value| octets(value) == self.id)
    }

    /// The list that these values are.
    pub(super) fn list(&self, values: Elements<'_>) -> Option<&'m [Field]> {
        let named = self.id.is_some() && values.nth(0).and_then(octets) == self.id;
        let matching = |list: &&List<'m>| values.len() == list.fields.len() && (named || !list.named);
        self.lists.iter().find(matching).map(|list| list.fields)
    }

    /// What the number of an object stands for.
    pub(super) fn scaler_unit(&self, obis: ObisCode) -> Option<ScalerUnit> {
        self.scalers.iter().find(|known| known.obis == obis)?.scaler_unit
    }
}

impl Field {
    /// The value of an object that is no quantity: a name, a time.
    #[must_use]
    pub const fn new(obis: ObisCode) -> Self {
        Self { obis, scaler_unit: None }
    }

    /// A quantity: the number × 10^`scaler` in that unit.
    #[must_use]
    pub const fn quantity(obis: ObisCode, scaler: i8, unit: Unit) -> Self {
        Self { obis, scaler_unit: Some(ScalerUnit::new(scaler, unit)) }
    }
}

const fn octets(value: Data<'_>) -> Option<&[u8]> {
    match value {
        Data::OctetString(octets) | Data::VisibleString(octets) => Some(octets),
        _ => None,
    }
}
