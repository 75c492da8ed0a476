/// How far the transfer of an image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageProgress {
    /// What is being done.
    pub stage: ImageStage,
    /// Blocks of the image; 0 before the meter told how long they are.
    pub blocks: u32,
    /// Those that the meter has.
    pub there: u32,
    /// Those that were sent, blocks that were sent again included.
    pub sent: u32,
}

/// What is being done to an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageStage {
    /// The meter is asked what it has.
    Preparing,
    /// Blocks are sent.
    Transferring,
    /// The meter verifies the image.
    Verifying,
    /// The meter activates the image.
    Activating,
    /// The image is verified, and was not to be activated.
    Verified,
    /// The image is active.
    Activated,
}

/// What the transfer of an image wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageStep {
    /// A request, to start and to finish.
    Request,
    /// So many milliseconds to pass.
    Wait(u64),
    /// Nothing any more.
    Done,
}
