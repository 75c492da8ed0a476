/// Who sees the octets on the line, for traces and captures. What is ciphered is seen ciphered.
pub trait Observer {
    /// These octets, one unit of the link, go out.
    fn sent(&mut self, octets: &[u8]);

    /// These octets came in, cut as the transport had them.
    fn received(&mut self, octets: &[u8]);
}

/// How many octets passed on the line, framing included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Octets sent.
    pub sent: u64,
    /// Octets received.
    pub received: u64,
}
