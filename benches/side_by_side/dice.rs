//! Challenges that cost nothing: what is measured is the protocol, not the system's randomness.

use core::convert::Infallible;

use dlms_cosem_rs::security::RandomSource;
use rand_core::{TryCryptoRng, TryRng};

/// Not random at all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dice(pub(crate) u64);

impl TryRng for Dice {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|v| (v >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Ok(self.0)
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(8) {
            let octets = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&octets[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Dice {}

impl RandomSource for Dice {
    fn fill(&self, out: &mut [u8]) -> dlms_cosem_rs::Result<()> {
        for (slot, octet) in out.iter_mut().zip(self.0.to_le_bytes().into_iter().cycle()) {
            *slot = octet;
        }
        Ok(())
    }
}
