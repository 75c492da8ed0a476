use dlms_core::limits;

/// What a meter wants of whoever reads it, beyond what it negotiates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// Attributes in one list at most.
    pub list_items: usize,
    /// Its clocks tell local time minus UTC as deviation, against the standard.
    pub deviation_reversed: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self { list_items: limits::WITH_LIST, deviation_reversed: false }
    }
}
