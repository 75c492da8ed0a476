/// What a line is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Mode {
    /// Data readout, modes A to C.
    Readout,
    /// Programming mode, mode C.
    Programming,
    /// HDLC, mode E.
    Hdlc,
}
