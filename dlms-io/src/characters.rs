use iec62056_21::CharacterFormat;
use serialport::{DataBits, Parity};

/// What a port is told for these characters; there is always one stop bit.
pub(crate) const fn of(format: CharacterFormat) -> (DataBits, Parity) {
    match format {
        CharacterFormat::SevenEvenOne => (DataBits::Seven, Parity::Even),
        CharacterFormat::EightNoneOne => (DataBits::Eight, Parity::None),
    }
}
