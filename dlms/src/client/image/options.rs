use obis::ObisCode;

/// How an image is transferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageOptions {
    /// Whether to go on with a transfer of this image that the meter has begun; else it begins anew.
    pub resume: bool,
    /// Whether to set image_transfer_enabled where it is not.
    pub enable: bool,
    /// How the image is activated once it is verified.
    pub activation: Activation,
    /// Milliseconds between two times that the meter is asked whether it is done.
    pub poll_interval: u64,
    /// Milliseconds that verifying and activating may take, each.
    pub patience: u64,
    /// How often what was not answered, or refused for now, is tried again.
    pub retries: u8,
    /// How often blocks are sent again that the meter took and has not.
    pub rounds: u8,
}

impl Default for ImageOptions {
    fn default() -> Self {
        Self {
            resume: true,
            enable: true,
            activation: Activation::Immediate,
            poll_interval: 2_000,
            patience: 600_000,
            retries: 2,
            rounds: 3,
        }
    }
}

/// How an image is activated once it is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activation {
    /// Not now: by a schedule of the meter, or a later call.
    Later,
    /// By image_activate.
    #[default]
    Immediate,
    /// By a script of a Script table.
    Script {
        /// The Script table.
        table: ObisCode,
        /// The script's identifier.
        selector: u16,
    },
}
