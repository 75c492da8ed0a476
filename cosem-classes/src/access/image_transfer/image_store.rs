use dlms_core::apdu::ActionResult;

use super::ImageToActivateView;

/// How far a work is that may take longer than a client waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Work {
    /// It goes on.
    Going,
    /// It is done.
    Done,
    /// It cannot be done: the image is not good.
    Failed,
}

/// Where an image is kept, and what knows a good one.
pub trait ImageStore {
    /// Makes room for an image; what there was of another goes.
    ///
    /// # Errors
    /// It is not for this device, or too large: `other-reason`, as whatever else the client is to be told. What there was
    /// stays.
    fn initiate(&mut self, identifier: &[u8], size: u32) -> Result<(), ActionResult>;

    /// Keeps these octets of the image. No octet comes twice.
    ///
    /// # Errors
    /// They are not kept: `hardware-fault`, `temporary-failure`.
    fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), ActionResult>;

    /// Begins to verify the image, which is there whole.
    fn begin_verification(&mut self);

    /// How far verifying is since it was begun last.
    fn verification(&self) -> Work;

    /// Begins to activate the image, which is verified.
    fn begin_activation(&mut self);

    /// How far activating is since it was begun last.
    fn activation(&self) -> Work;

    /// How many images it found in the one that was verified.
    fn count(&self) -> u32;

    /// The image with this number, counted from 0.
    fn image(&self, number: u32) -> Option<ImageToActivateView<'_>>;
}
