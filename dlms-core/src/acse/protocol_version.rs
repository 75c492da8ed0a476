/// Protocol-version, a BIT STRING of which DLMS/COSEM knows the first bit; left out, it stands for version1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ProtocolVersion {
    /// Bit 0, version1: without it there is no common version.
    pub version1: bool,
}

impl ProtocolVersion {
    /// The only version there is.
    pub const VERSION1: Self = Self { version1: true };
}
