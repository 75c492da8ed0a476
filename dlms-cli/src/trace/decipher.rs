use dlms::client::Ciphering;
use dlms_core::acse::{Aare, Aarq, ReleaseRequest, ReleaseResponse};
use dlms_core::apdu::{InitiateRequest, tag};
use dlms_core::codec::Decode;
use dlms_core::crypto::CryptoProvider;
use dlms_security::{ReplayWindows, SecurityContext, SystemTitle};

use crate::connection::Provider;

/// Which way a frame goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From us.
    Sent,
    /// To us.
    Received,
}

impl Direction {
    /// How it is shown.
    pub(super) const fn arrow(self) -> char {
        match self {
            Self::Sent => '→',
            Self::Received => '←',
        }
    }
}

/// Reads along what is ciphered between us and the meter, with our keys. Nothing depends on it.
pub(super) struct Decipher {
    provider: Provider,
    sent: SecurityContext,
    received: SecurityContext,
}

impl Decipher {
    /// For an association as configured.
    pub(super) fn new(ciphering: &Ciphering, provider: Provider) -> Self {
        // Titles of the meter's own are not looked at on the way there.
        let mut sent = SecurityContext::new(ciphering.suite, ciphering.setup, SystemTitle([0; 8]));
        sent.set_peer_title(Some(ciphering.system_title));
        let mut received = SecurityContext::new(ciphering.suite, ciphering.setup, ciphering.system_title);
        received.set_peer_title(ciphering.server_title);
        Self { provider, sent, received }
    }

    /// The plain APDU in a ciphered one, or the initiate APDU in that of an association; nothing where nothing is
    /// ciphered or our keys do not fit.
    pub(super) fn open(&mut self, direction: Direction, apdu: &[u8]) -> Option<Vec<u8>> {
        let ciphered = match *apdu.first()? {
            tag::AARQ => Aarq::from_bytes(apdu).ok()?.user_information?,
            tag::AARE => {
                let aare = Aare::from_bytes(apdu).ok()?;
                if let Some(title) = aare.responding_ap_title.and_then(SystemTitle::from_slice) {
                    self.received.set_peer_title(Some(title));
                }
                aare.user_information?
            }
            tag::RLRQ => ReleaseRequest::from_bytes(apdu).ok()?.user_information?,
            tag::RLRE => ReleaseResponse::from_bytes(apdu).ok()?.user_information?,
            _ => apdu,
        };
        let plain = self.unprotect(direction, ciphered)?;
        if let Ok(InitiateRequest { dedicated_key: Some(key), .. }) = InitiateRequest::from_bytes(&plain) {
            let key = self.provider.install_dedicated(key).ok();
            self.sent.set_dedicated(key);
            self.received.set_dedicated(key);
        }
        Some(plain)
    }

    fn unprotect(&mut self, direction: Direction, apdu: &[u8]) -> Option<Vec<u8>> {
        if !tag::is_protected(*apdu.first()?) {
            return None;
        }
        let context = match direction {
            Direction::Sent => &mut self.sent,
            Direction::Received => &mut self.received,
        };
        let mut octets = apdu.to_vec();
        // Every counter is new to one who only watches.
        let mut replay = ReplayWindows::<2>::new();
        let whole = 0..octets.len();
        let opened = context.unprotect(&mut self.provider, &mut replay, &mut octets, whole).ok()?;
        octets.get(opened.plain).map(<[u8]>::to_vec)
    }
}
