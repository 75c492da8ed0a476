use super::{CertificateStore, StoreFull, StoredCertificate};
use crate::certificate::{Entity, Purpose, UnixTime};

/// `N` certificates of `SIZE` octets at most, in fixed memory. They last as long as it does.
#[derive(Debug, Clone)]
pub struct FixedCertificates<const N: usize = 6, const SIZE: usize = 1024> {
    slots: [Option<Slot<SIZE>>; N],
    clock: fn() -> Option<UnixTime>,
}

#[derive(Debug, Clone)]
struct Slot<const SIZE: usize> {
    entity: Entity,
    purpose: Option<Purpose>,
    anchor: bool,
    len: usize,
    octets: [u8; SIZE],
}

impl<const N: usize, const SIZE: usize> FixedCertificates<N, SIZE> {
    /// None yet; `clock` tells the time, where it is known.
    #[must_use]
    pub const fn new(clock: fn() -> Option<UnixTime>) -> Self {
        Self { slots: [const { None }; N], clock }
    }
}

impl<const N: usize, const SIZE: usize> CertificateStore for FixedCertificates<N, SIZE> {
    fn now(&self) -> Option<UnixTime> {
        (self.clock)()
    }

    fn at(&self, index: usize) -> Option<StoredCertificate<'_>> {
        let Slot { entity, purpose, anchor, len, octets } = self.slots.get(index)?.as_ref()?;
        let der = octets.get(..*len).unwrap_or_default();
        Some(StoredCertificate { entity: *entity, purpose: *purpose, anchor: *anchor, der })
    }

    fn insert(&mut self, certificate: StoredCertificate<'_>) -> Result<(), StoreFull> {
        let StoredCertificate { entity, purpose, anchor, der } = certificate;
        let free = self.slots.iter_mut().find(|slot| slot.is_none()).ok_or(StoreFull)?;
        let mut octets = [0; SIZE];
        let room = octets.get_mut(..der.len()).ok_or(StoreFull)?;
        room.iter_mut().zip(der).for_each(|(to, from)| *to = *from);
        *free = Some(Slot { entity, purpose, anchor, len: der.len(), octets });
        Ok(())
    }

    fn remove(&mut self, index: usize) {
        let Some([gap, rest @ ..]) = self.slots.get_mut(index..) else { return };
        *gap = None;
        let mut gap = gap;
        for next in rest {
            core::mem::swap(gap, next);
            gap = next;
        }
    }
}
