use dlms_io::Observer;

/// Several who watch one line.
pub(crate) struct Watchers(pub(super) Vec<Box<dyn Observer + Send>>);

impl Watchers {
    /// This one.
    pub(crate) fn one(watcher: Box<dyn Observer + Send>) -> Self {
        Self(vec![watcher])
    }

    /// Whether nobody watches.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Observer for Watchers {
    fn sent(&mut self, octets: &[u8]) {
        self.0.iter_mut().for_each(|watcher| watcher.sent(octets));
    }

    fn received(&mut self, octets: &[u8]) {
        self.0.iter_mut().for_each(|watcher| watcher.received(octets));
    }
}
