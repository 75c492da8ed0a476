//! What the probes stand on: a memory-mapped line and tick counter, places in RAM for the machines, a panic handler.
//!
//! The programs are linked and measured, never run: start-up is a jump to `main`, the registers are nowhere.
#![no_std]

use core::{cell::UnsafeCell, convert::Infallible, mem::MaybeUninit, panic::PanicInfo, ptr};

use dlms_core::crypto::{KeyId, KeyKind};
use rand_core::{TryCryptoRng, TryRng};

/// The registers of a serial line and of a millisecond counter.
#[derive(Debug)]
pub struct Board(());

impl Board {
    const STATUS: *const u32 = ptr::without_provenance(0x4000_4000);
    const DATA: *mut u32 = ptr::without_provenance_mut(0x4000_4004);
    const MILLISECONDS: *const u32 = ptr::without_provenance(0x4000_1000);

    /// The board of `entry!`, which makes one.
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self(())
    }

    /// The octet that has arrived, if one has.
    pub fn receive(&mut self) -> Option<u8> {
        // SAFETY: the registers of the line; the program is not run.
        unsafe { (ptr::read_volatile(Self::STATUS) & 1 != 0).then(|| ptr::read_volatile(Self::DATA) as u8) }
    }

    /// Sends octets.
    pub fn send(&mut self, octets: &[u8]) {
        for octet in octets {
            // SAFETY: as above.
            unsafe { ptr::write_volatile(Self::DATA, u32::from(*octet)) }
        }
    }

    /// Milliseconds since the start.
    pub fn now(&self) -> u32 {
        // SAFETY: as above.
        unsafe { ptr::read_volatile(Self::MILLISECONDS) }
    }
}

/// Numbers that are anything but random: what a source of randomness costs is not the suite's affair.
#[derive(Debug, Default)]
pub struct Counter(u32);

impl TryRng for Counter {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0 = self.0.wrapping_add(0x9e37_79b9);
        Ok(self.0)
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.try_next_u32().map(u64::from)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for octet in out {
            let [_, _, _, low] = self.try_next_u32()?.to_be_bytes();
            *octet = low;
        }
        Ok(())
    }
}

impl TryCryptoRng for Counter {}

/// Hands out the keys of suite 0.
pub fn keys(mut set: impl FnMut(KeyId, &[u8]) -> bool) {
    for kind in [KeyKind::GlobalUnicastEncryption, KeyKind::Authentication, KeyKind::KeyEncryption] {
        set(KeyId { setup: 0, kind }, &[7; 16]);
    }
}

/// A place in RAM for one value made at start-up: a machine, a device. The size report lists it by its name.
#[derive(Debug)]
pub struct Place<T>(UnsafeCell<MaybeUninit<T>>);

// SAFETY: one core, no interrupts.
unsafe impl<T> Sync for Place<T> {}

impl<T> Place<T> {
    /// An empty place.
    pub const fn new() -> Self {
        Self(UnsafeCell::new(MaybeUninit::uninit()))
    }

    /// Puts the value there.
    ///
    /// # Safety
    /// Once for each place.
    #[expect(clippy::mut_from_ref, reason = "the caller takes it once")]
    pub unsafe fn put(&'static self, value: T) -> &'static mut T {
        // SAFETY: the only reference to the place, by the caller's promise.
        unsafe { (*self.0.get()).write(value) }
    }
}

impl<T> Default for Place<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// The entry point: `entry!(main)` for a `fn main(board: Board) -> !`.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[unsafe(no_mangle)]
        extern "C" fn reset() -> ! {
            $main($crate::Board::new())
        }

        #[used]
        #[unsafe(link_section = ".vectors")]
        static VECTORS: [extern "C" fn() -> !; 2] = [reset; 2];
    };
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
