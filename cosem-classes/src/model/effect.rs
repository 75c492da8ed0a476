use dlms_core::apdu::ActionResult;
use obis::ObisCode;

use super::CaptureObject;

/// What an object wants done that is beyond it: it never reaches another object itself. The logical device does
/// it with every object in reach, before the answer; its failure is the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Effect {
    /// Nothing.
    #[default]
    None,
    /// Capture a row into this object.
    Capture,
    /// Push what this object lists: as soon as it may be, after the answer.
    Push,
    /// Execute a script of a script table.
    Execute {
        /// The script table.
        script_table: ObisCode,
        /// The script's identifier.
        selector: u16,
    },
}

/// An object that captures values of others: Profile generic, Compact data.
pub trait CaptureTarget {
    /// What to capture into column `index`; nothing after the last column.
    fn column(&self, index: usize) -> Option<CaptureObject>;

    /// Takes a row: the values of all columns one after the other, each with its tag.
    ///
    /// # Errors
    /// It cannot be stored.
    fn capture(&mut self, row: &[u8]) -> Result<(), ActionResult>;
}
