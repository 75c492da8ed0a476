/// ACSE-requirements, a BIT STRING of which DLMS/COSEM knows the first bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct AcseRequirements {
    /// Bit 0: the authentication functional unit is selected.
    pub authentication: bool,
}

impl AcseRequirements {
    /// What LLS and HLS send.
    pub const AUTHENTICATION: Self = Self { authentication: true };
}
