//! Push setup (IEC 62056-6-2, class 40): what the device sends unasked, where to and when. Version 2 has confirmed pushes.
//!
//! [`StoredPushSetup`] is a ready one of every version. Whatever serves the class, [`Settings`] reads from the object
//! what it says, and [`Schedule`] when a push is due.

pub mod v0;
pub mod v1;
pub mod v2;
pub mod v3;

mod destination;
mod pattern;
mod push_object;
mod schedule;
mod settings;
mod stored_push_setup;
mod window;

use dlms_core::data::{DateTime, OctetString};
use dlms_core::{enumeration, structure};

pub use destination::Destination;
pub use push_object::{PushObject, Restriction, RestrictionType, RestrictionView, Selected};
pub use schedule::{Schedule, Step};
pub use settings::Settings;
pub use stored_push_setup::StoredPushSetup;
pub use window::{Window, Windows};

enumeration! {
    /// What carries a push: transport_service_type.
    pub enum TransportService {
        Tcp = 0,
        Udp = 1,
        Ftp = 2,
        Smtp = 3,
        Sms = 4,
        Hdlc = 5,
        MBus = 6 "m-bus",
        ZigBee = 7 "zigbee",
        DlmsGateway = 8,
        ReliableCoap = 9,
        UnreliableCoap = 10,
    }
}

enumeration! {
    /// How a push is encoded.
    pub enum MessageType {
        /// As an xDLMS APDU in A-XDR.
        AXdr = 0 "a-xdr",
        /// As an xDLMS APDU in XML.
        Xml = 1,
    }
}

enumeration! {
    /// When a push counts as failed and is tried again.
    pub enum PushOperationMethod {
        /// Where the supporting layer fails.
        UnconfirmedFailure = 0,
        /// Where the supporting layer does not confirm it.
        UnconfirmedMissing = 1,
        /// Where no DataNotification-confirm comes.
        Confirmed = 2,
    }
}

structure! {
    /// Where to push, and by what: send_destination_and_method.
    pub struct SendDestinationAndMethod => SendDestinationAndMethodView<'a> {
        /// What carries it.
        pub transport_service: TransportService,
        /// The address, as the transport service has it: `host:port` for TCP and UDP.
        pub destination: OctetString,
        /// How it is encoded.
        pub message: MessageType,
    }
}

structure! {
    /// How long to wait before a push is tried again: after failure number n, minimum × (exponent ÷ 100)^(n − 1)
    /// seconds, but no more than the maximum.
    #[derive(Eq)]
    pub struct RepetitionDelay {
        /// Seconds before the first repetition.
        pub repetition_delay_min: u16,
        /// Hundredths by which it grows with each.
        pub repetition_delay_exponent: u16,
        /// Seconds at most.
        pub repetition_delay_max: u16,
    }
}

structure! {
    /// From when on how often receivers are to confirm.
    #[derive(Eq)]
    pub struct ConfirmationParameters {
        /// From when on.
        pub confirmation_start_date: DateTime,
        /// Seconds between two confirmed pushes; 0: all of them.
        pub confirmation_interval: u32,
    }
}

impl RepetitionDelay {
    /// The same before every repetition, as versions 0 and 1 have it.
    #[must_use]
    pub const fn every(seconds: u16) -> Self {
        Self { repetition_delay_min: seconds, repetition_delay_exponent: 100, repetition_delay_max: seconds }
    }

    /// Seconds to wait after so many failures.
    #[must_use]
    pub fn after(&self, failures: u8) -> u16 {
        let (most, exponent) = (self.repetition_delay_max, u64::from(self.repetition_delay_exponent));
        let mut delay = u64::from(self.repetition_delay_min);
        for _ in 1..failures {
            delay = delay.saturating_mul(exponent) / 100;
            if delay >= u64::from(most) {
                break;
            }
        }
        u16::try_from(delay).unwrap_or(most).min(most)
    }
}
