use dlms_io::Observer;

/// Several who watch one line.
pub(crate) struct Watchers(pub(super) Vec<Box<dyn Observer + Send>>);

impl Watchers {
    /// Nobody.
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    /// This one.
    pub(crate) fn one(watcher: Box<dyn Observer + Send>) -> Self {
        Self(vec![watcher])
    }

    /// Those of `others` too.
    pub(crate) fn join(&mut self, others: Self) {
        self.0.extend(others.0);
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
