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

/// The counts, and the observer if there is one.
#[derive(Default)]
pub(crate) struct Watch {
    pub(crate) traffic: Traffic,
    pub(crate) observer: Option<Box<dyn Observer + Send>>,
}

impl Watch {
    pub(crate) fn sent(&mut self, octets: &[u8]) {
        self.traffic.sent = self.traffic.sent.saturating_add(octets.len() as u64);
        if let Some(observer) = &mut self.observer {
            observer.sent(octets);
        }
    }

    pub(crate) fn received(&mut self, octets: &[u8]) {
        self.traffic.received = self.traffic.received.saturating_add(octets.len() as u64);
        if let Some(observer) = &mut self.observer {
            observer.received(octets);
        }
    }
}

impl core::fmt::Debug for Watch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.traffic.fmt(f)
    }
}
