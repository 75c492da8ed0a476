use crate::{Observer, Traffic};

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
