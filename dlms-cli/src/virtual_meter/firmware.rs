use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use cosem_classes::image_transfer::{ImageStore, ImageToActivateView, Work};
use dlms_core::apdu::ActionResult;
use dlms_core::data::Octets;

/// Octets of an image at most.
const MOST: usize = 4 << 20;
/// How long verifying takes, and activating.
const WORK: Duration = Duration::from_millis(400);
/// Octets of the checksum at the end of an image.
const CHECKSUM: usize = 4;

/// The meter's flash: an image that ends with the CRC-32 of what is before, the highest octet first, and whose identifier
/// is `MAC-ST402D-LR-HWz.k-FWu.v.w`, can be activated.
#[derive(Debug, Default)]
pub(super) struct Flash {
    image: Vec<u8>,
    identifier: Vec<u8>,
    began: Option<Instant>,
    activated: ActiveVersion,
}

/// The version of the firmware that was activated last, until somebody takes it.
#[derive(Debug, Clone, Default)]
pub(super) struct ActiveVersion(Arc<Mutex<Option<Vec<u8>>>>);

impl ActiveVersion {
    /// The version that was activated since it was asked for last.
    pub(super) fn take(&self) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Flash {
    /// An empty one; what is activated is told to `activated`.
    pub(super) fn new(activated: ActiveVersion) -> Self {
        Self { activated, ..Self::default() }
    }

    fn work(&self, outcome: Work) -> Work {
        match self.began {
            Some(began) if began.elapsed() < WORK => Work::Going,
            _ => outcome,
        }
    }

    fn is_good(&self) -> bool {
        let split = self.image.len().checked_sub(CHECKSUM).and_then(|at| self.image.split_at_checked(at));
        split.is_some_and(|(content, checksum)| crc32(content).to_be_bytes() == checksum)
    }
}

impl ImageStore for Flash {
    fn initiate(&mut self, identifier: &[u8], size: u32) -> Result<(), ActionResult> {
        let size = usize::try_from(size).ok().filter(|size| *size <= MOST);
        let (Some(size), Some(_)) = (size, version(identifier)) else {
            return Err(ActionResult::OtherReason);
        };
        self.image = vec![0; size];
        self.identifier = identifier.to_vec();
        Ok(())
    }

    fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), ActionResult> {
        let at = usize::try_from(offset).ok().and_then(|from| Some(from..from.checked_add(octets.len())?));
        let place = at.and_then(|range| self.image.get_mut(range)).ok_or(ActionResult::HardwareFault)?;
        place.copy_from_slice(octets);
        Ok(())
    }

    fn begin_verification(&mut self) {
        self.began = Some(Instant::now());
    }

    fn verification(&self) -> Work {
        self.work(if self.is_good() { Work::Done } else { Work::Failed })
    }

    fn begin_activation(&mut self) {
        self.began = Some(Instant::now());
        *self.activated.0.lock().unwrap_or_else(PoisonError::into_inner) = version(&self.identifier);
    }

    fn activation(&self) -> Work {
        self.work(Work::Done)
    }

    fn count(&self) -> u32 {
        1
    }

    fn image(&self, number: u32) -> Option<ImageToActivateView<'_>> {
        let checksum = self.image.len().checked_sub(CHECKSUM).and_then(|at| self.image.get(at..))?;
        (number == 0).then_some(ImageToActivateView {
            image_to_activate_size: u32::try_from(self.image.len()).unwrap_or(u32::MAX),
            image_to_activate_identification: Octets(&self.identifier),
            image_to_activate_signature: Octets(checksum),
        })
    }
}

/// `V` and the version, two digits for each of its parts, if the identifier is of an image for this meter.
fn version(identifier: &[u8]) -> Option<Vec<u8>> {
    let text = core::str::from_utf8(identifier).ok()?;
    let (hardware, firmware) = text.strip_prefix("MAC-ST402D-LR-HW")?.split_once("-FW")?;
    let numbers =
        |text: &str| text.split('.').map(|part| part.parse::<u8>().ok()).collect::<Option<Vec<_>>>();
    let [_, _] = numbers(hardware)?.try_into().ok()?;
    let [u, v, w] = <[u8; 3]>::try_from(numbers(firmware)?).ok()?;
    Some(format!("V{u:02}{v:02}{w:02}").into_bytes())
}

/// The CRC-32 of Ethernet.
fn crc32(octets: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0xedb8_8320 };
    !octets.iter().fold(!0, |crc, octet| (0..8).fold(crc ^ u32::from(*octet), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn only_images_for_this_meter_are_taken() {
        assert_eq!(version(b"MAC-ST402D-LR-HW1.0-FW3.1.12").unwrap(), b"V030112");
        for foreign in [&b"MAC-ST402C-LR-HW1.0-FW3.1.12"[..], b"MAC-ST402D-LR-HW1.0-FW3.1", b"\xff", b""] {
            assert_eq!(version(foreign), None);
        }
        let mut flash = Flash::default();
        assert!(!flash.is_good());
        assert!(flash.initiate(b"MAC-ST402D-LR-HW1.0-FW3.1.12", u32::MAX).is_err());
    }
}
