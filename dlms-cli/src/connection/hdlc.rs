use dlms_hdlc::{AddressSize, Parameters, PrimarySettings};

use super::{ConnectionFlags, Target};
use crate::failure::Failure;

/// The largest address of seven bits.
const SEVEN_BITS: u16 = 0x7f;

/// What the flags say of HDLC.
pub(super) fn settings(flags: &ConnectionFlags, target: &Target) -> Result<PrimarySettings, Failure> {
    let defaults = PrimarySettings::DEFAULT;
    let given = [
        (flags.physical.is_some(), "--physical"),
        (flags.address_size.is_some(), "--address-size"),
        (flags.window.is_some(), "--window"),
        (flags.frame_size.is_some(), "--frame-size"),
        (flags.turnaround.is_some(), "--turnaround"),
    ];
    if let Some((_, flag)) = given.into_iter().find(|(given, _)| *given && !target.is_hdlc()) {
        return Err(Failure::usage(format!("{flag} goes with --hdlc-tcp or --serial")));
    }
    let server = flags.server.unwrap_or(1);
    let address_size = match (flags.address_size.as_deref(), flags.physical) {
        (Some("1"), Some(_)) => {
            return Err(Failure::usage("an address of one octet has no place for --physical"));
        }
        (Some("1"), None) | (None, None) if server <= SEVEN_BITS => AddressSize::One,
        (Some("2"), _) => AddressSize::Two,
        (None, Some(physical)) if physical <= SEVEN_BITS && server <= SEVEN_BITS => AddressSize::Two,
        (Some("1"), None) => {
            return Err(Failure::usage("--server takes more than --address-size 1 has place for"));
        }
        _ => AddressSize::Four,
    };
    let device_address = flags.physical.unwrap_or(defaults.device_address);
    let most = if address_size == AddressSize::Four { 0x3fff } else { SEVEN_BITS };
    if device_address > most || server > most {
        return Err(Failure::usage(format!("addresses of this size end at {most}")));
    }
    let length = flags.frame_size.unwrap_or(dlms_hdlc::MAX_INFORMATION);
    let response_time_out = flags.timeout.map_or(defaults.response_time_out, super::settings::milliseconds);
    Ok(PrimarySettings {
        address_size,
        device_address,
        parameters: Parameters::symmetric(length, flags.window.unwrap_or(7)),
        retries: flags.retries.unwrap_or(defaults.retries),
        response_time_out,
        turnaround: flags.turnaround.map_or(defaults.turnaround, u64::from),
        ..defaults
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(flags: &ConnectionFlags) -> Result<(AddressSize, u16), Failure> {
        let target = Target::HdlcTcp("meter:4059".into());
        settings(flags, &target).map(|settings| (settings.address_size, settings.device_address))
    }

    #[test]
    fn addresses_are_as_long_as_they_must_be() {
        let none = ConnectionFlags::default;
        assert_eq!(of(&none()).unwrap(), (AddressSize::One, 17));
        assert_eq!(of(&ConnectionFlags { physical: Some(16), ..none() }).unwrap(), (AddressSize::Two, 16));
        assert_eq!(
            of(&ConnectionFlags { physical: Some(1234), ..none() }).unwrap(),
            (AddressSize::Four, 1234)
        );
        assert_eq!(of(&ConnectionFlags { server: Some(200), ..none() }).unwrap(), (AddressSize::Four, 17));
        let size = |size: &str| ConnectionFlags { address_size: Some(size.into()), ..none() };
        assert_eq!(of(&size("4")).unwrap().0, AddressSize::Four);
        assert!(of(&ConnectionFlags { physical: Some(16), ..size("1") }).is_err());
        assert!(of(&ConnectionFlags { physical: Some(200), ..size("2") }).is_err());
        assert!(of(&ConnectionFlags { server: Some(200), ..size("1") }).is_err());
        assert!(of(&ConnectionFlags { physical: Some(0x4000), ..none() }).is_err());
    }

    #[test]
    fn what_is_for_hdlc_is_refused_elsewhere() {
        let flags = ConnectionFlags { window: Some(3), ..ConnectionFlags::default() };
        assert!(settings(&flags, &Target::Tcp("meter:4059".into())).is_err());
        let hdlc = settings(&flags, &Target::HdlcTcp("meter:4059".into())).unwrap();
        assert_eq!(hdlc.parameters, Parameters::symmetric(2030, 3));
    }
}
