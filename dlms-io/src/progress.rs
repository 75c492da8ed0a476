use dlms::client::Event;

/// How far the exchange in progress came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// A block of the answer is there.
    Block,
    /// It ended well.
    End(Event),
    /// Nothing came in the time there was.
    #[cfg(feature = "blocking")]
    Nothing,
}
