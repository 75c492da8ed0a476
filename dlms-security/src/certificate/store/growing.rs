use alloc::vec::Vec;

use super::{CertificateStore, StoreFull, StoredCertificate};
use crate::certificate::{Entity, Purpose, UnixTime};

/// As many certificates as a limit allows, on the heap. They last as long as it does.
#[derive(Debug, Clone)]
pub struct GrowingCertificates {
    kept: Vec<Kept>,
    clock: fn() -> Option<UnixTime>,
}

#[derive(Debug, Clone)]
struct Kept {
    entity: Entity,
    purpose: Option<Purpose>,
    anchor: bool,
    der: Vec<u8>,
}

impl GrowingCertificates {
    /// Certificates at most.
    pub const LIMIT: usize = 64;

    /// None yet; `clock` tells the time, where it is known.
    #[must_use]
    pub const fn new(clock: fn() -> Option<UnixTime>) -> Self {
        Self { kept: Vec::new(), clock }
    }
}

impl CertificateStore for GrowingCertificates {
    fn now(&self) -> Option<UnixTime> {
        (self.clock)()
    }

    fn at(&self, index: usize) -> Option<StoredCertificate<'_>> {
        let Kept { entity, purpose, anchor, der } = self.kept.get(index)?;
        Some(StoredCertificate { entity: *entity, purpose: *purpose, anchor: *anchor, der })
    }

    fn insert(&mut self, certificate: StoredCertificate<'_>) -> Result<(), StoreFull> {
        let StoredCertificate { entity, purpose, anchor, der } = certificate;
        if self.kept.len() >= Self::LIMIT {
            return Err(StoreFull);
        }
        self.kept.push(Kept { entity, purpose, anchor, der: der.to_vec() });
        Ok(())
    }

    fn remove(&mut self, index: usize) {
        if index < self.kept.len() {
            self.kept.remove(index);
        }
    }
}
