use dlms_core::limits;

/// What a meter wants of whoever talks to it, beyond what it negotiates: what a [recipe](crate::recipe) leaves to the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// Attributes in one list at most.
    pub list_items: usize,
    /// Its clocks tell local time minus UTC as deviation, against the standard.
    pub deviation_reversed: bool,
    /// Milliseconds that it needs between the connection and the first message.
    pub start_delay: u32,
    /// Whether the invocation counter that it names when it refuses ours is taken over, and the association asked for once
    /// more. The refusal is not authentic: whoever can send one could use up all the values of a counter that lasts.
    pub counter_from_refusal: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            list_items: limits::WITH_LIST,
            deviation_reversed: false,
            start_delay: 0,
            counter_from_refusal: false,
        }
    }
}
