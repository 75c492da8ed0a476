use dlms_core::codec::{DecodeError, DecodeErrorKind, Writer};

/// What SNRM and UA negotiate, seen from the station that sends it: class 23 has the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Parameters {
    /// Octets of the largest information field this station sends.
    pub max_info_field_length_transmit: u16,
    /// Octets of the largest information field this station takes.
    pub max_info_field_length_receive: u16,
    /// I frames this station sends in a row without an acknowledgement, 1 to 7.
    pub window_size_transmit: u8,
    /// I frames this station takes in a row before it acknowledges, 1 to 7.
    pub window_size_receive: u8,
}

/// How parameters are written. All forms are read, whatever this says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ParameterForm {
    /// The lengths always take two octets; else one where it is enough.
    pub two_octet_lengths: bool,
    /// The window sizes take one octet; else four.
    pub one_octet_windows: bool,
    /// Parameters that all have their default values are not sent at all.
    pub omit_defaults: bool,
}

/// The largest information field that is negotiated.
pub const MAX_INFORMATION: u16 = 2030;
/// The smallest: the LLC header and one octet.
const MIN_INFORMATION: u16 = 4;
const MAX_WINDOW: u8 = 7;

const FORMAT: u8 = 0x81;
const GROUP: u8 = 0x80;
const INFORMATION_TRANSMIT: u8 = 5;
const INFORMATION_RECEIVE: u8 = 6;
const WINDOW_TRANSMIT: u8 = 7;
const WINDOW_RECEIVE: u8 = 8;

impl Parameters {
    /// What holds where nothing is said: 128 octets, one frame.
    pub const DEFAULT: Self = Self {
        max_info_field_length_transmit: 128,
        max_info_field_length_receive: 128,
        window_size_transmit: 1,
        window_size_receive: 1,
    };

    /// The same lengths and windows both ways.
    #[must_use]
    pub const fn symmetric(max_info_field_length: u16, window_size: u8) -> Self {
        Self {
            max_info_field_length_transmit: max_info_field_length,
            max_info_field_length_receive: max_info_field_length,
            window_size_transmit: window_size,
            window_size_receive: window_size,
        }
    }

    /// Reads the information field of SNRM or UA. What it does not say has its default, a value out of range is
    /// moved into it; parameters and groups that are not known are passed over.
    ///
    /// # Errors
    /// Not the format of parameters, or a group or parameter that ends behind it.
    pub fn decode(information: &[u8]) -> Result<Self, DecodeError> {
        let mut parameters = Self::DEFAULT;
        let mut rest = match information {
            [] => return Ok(parameters),
            [FORMAT, rest @ ..] => rest,
            _ => {
                return Err(DecodeError {
                    kind: DecodeErrorKind::InvalidValue("parameter format"),
                    offset: 0,
                });
            }
        };
        // A group of parameters is read like one of them: what lies in it comes next.
        while let [id, len, after @ ..] = rest {
            let len = usize::from(*len);
            let Some((value, behind)) = after.split_at_checked(len) else { break };
            rest = if *id == GROUP { after } else { behind };
            parameters.set(*id, number(value));
        }
        if rest.is_empty() {
            return Ok(parameters.in_range());
        }
        let offset = information.len().saturating_sub(rest.len());
        Err(DecodeError { kind: DecodeErrorKind::Length, offset })
    }

    /// Writes the information field of SNRM or UA: nothing, if the form leaves defaults out.
    pub fn encode(&self, form: ParameterForm, w: &mut Writer<'_>) {
        if form.omit_defaults && *self == Self::DEFAULT {
            return;
        }
        let length_octets = |length| if length > 0xff || form.two_octet_lengths { 2 } else { 1 };
        let window_octets = if form.one_octet_windows { 1 } else { 4 };
        let values = [
            (
                INFORMATION_TRANSMIT,
                length_octets(self.max_info_field_length_transmit),
                self.max_info_field_length_transmit,
            ),
            (
                INFORMATION_RECEIVE,
                length_octets(self.max_info_field_length_receive),
                self.max_info_field_length_receive,
            ),
            (WINDOW_TRANSMIT, window_octets, u16::from(self.window_size_transmit)),
            (WINDOW_RECEIVE, window_octets, u16::from(self.window_size_receive)),
        ];
        w.array([FORMAT, GROUP]);
        w.u8(values.iter().fold(0, |sum, (_, octets, _)| sum.wrapping_add(2).wrapping_add(*octets)));
        for (id, octets, value) in values {
            w.array([id, octets]);
            for place in (0..octets).rev() {
                let [.., low] = u32::from(value).unbounded_shr(8 * u32::from(place)).to_be_bytes();
                w.u8(low);
            }
        }
    }

    /// The most that both this station and its peer allow, seen from this station.
    #[must_use]
    pub fn agreed_with(self, peer: Self) -> Self {
        let least = |own: u16, peers: u16| own.min(peers);
        Self {
            max_info_field_length_transmit: least(
                self.max_info_field_length_transmit,
                peer.max_info_field_length_receive,
            ),
            max_info_field_length_receive: least(
                self.max_info_field_length_receive,
                peer.max_info_field_length_transmit,
            ),
            window_size_transmit: self.window_size_transmit.min(peer.window_size_receive),
            window_size_receive: self.window_size_receive.min(peer.window_size_transmit),
        }
        .in_range()
    }

    /// The same with every value that is out of range moved into it.
    pub(crate) fn in_range(self) -> Self {
        let length = |octets: u16| octets.clamp(MIN_INFORMATION, MAX_INFORMATION);
        let window = |frames: u8| frames.clamp(1, MAX_WINDOW);
        Self {
            max_info_field_length_transmit: length(self.max_info_field_length_transmit),
            max_info_field_length_receive: length(self.max_info_field_length_receive),
            window_size_transmit: window(self.window_size_transmit),
            window_size_receive: window(self.window_size_receive),
        }
    }

    /// The same with information fields of `most` octets at most.
    pub(crate) fn within(self, most: u16) -> Self {
        Self {
            max_info_field_length_transmit: self.max_info_field_length_transmit.min(most),
            max_info_field_length_receive: self.max_info_field_length_receive.min(most),
            ..self
        }
        .in_range()
    }

    fn set(&mut self, id: u8, value: u32) {
        let length = u16::try_from(value).unwrap_or(u16::MAX);
        let window = u8::try_from(value).unwrap_or(u8::MAX);
        match id {
            INFORMATION_TRANSMIT => self.max_info_field_length_transmit = length,
            INFORMATION_RECEIVE => self.max_info_field_length_receive = length,
            WINDOW_TRANSMIT => self.window_size_transmit = window,
            WINDOW_RECEIVE => self.window_size_receive = window,
            _ => {}
        }
    }
}

impl Default for Parameters {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A value of any number of octets, as large as one can be told from another.
fn number(octets: &[u8]) -> u32 {
    octets.iter().fold(0, |n: u32, octet| n.saturating_mul(0x100).saturating_add(u32::from(*octet)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const LONG: [u8; 23] =
        [0x81, 0x80, 0x14, 5, 2, 0x07, 0xee, 6, 2, 0x07, 0xee, 7, 4, 0, 0, 0, 1, 8, 4, 0, 0, 0, 1];

    fn encoded(parameters: Parameters, form: ParameterForm) -> Vec<u8> {
        let mut out = [0; 30];
        let mut w = Writer::new(&mut out);
        parameters.encode(form, &mut w);
        w.finish().unwrap().to_vec()
    }

    #[test]
    fn every_form_there_and_back() {
        let form = ParameterForm::default();
        assert_eq!(encoded(Parameters::symmetric(2030, 1), form), LONG);
        for two_octet_lengths in [false, true] {
            for one_octet_windows in [false, true] {
                let form = ParameterForm { two_octet_lengths, one_octet_windows, omit_defaults: true };
                for parameters in
                    [Parameters::DEFAULT, Parameters::symmetric(128, 7), Parameters::symmetric(512, 3)]
                {
                    assert_eq!(Parameters::decode(&encoded(parameters, form)), Ok(parameters));
                }
                assert_eq!(encoded(Parameters::DEFAULT, form), []);
            }
        }
        let short = ParameterForm { one_octet_windows: true, ..form };
        let octets = [0x81, 0x80, 12, 5, 1, 128, 6, 1, 128, 7, 1, 1, 8, 1, 1];
        assert_eq!(encoded(Parameters::DEFAULT, short), octets);
    }

    #[test]
    fn what_is_not_said_has_its_default() {
        let some = [0x81, 0x80, 3, 8, 1, 5];
        let expected = Parameters { window_size_receive: 5, ..Parameters::DEFAULT };
        assert_eq!(Parameters::decode(&some), Ok(expected));
        assert_eq!(Parameters::decode(&[0x81, 0x80, 0]), Ok(Parameters::DEFAULT));
        let others = [0x81, 0xf0, 2, 1, 2, 0x80, 6, 9, 1, 0, 8, 1, 5];
        assert_eq!(Parameters::decode(&others), Ok(expected));
    }

    #[test]
    fn values_out_of_range_are_moved_into_it() {
        let of = |octets: &[u8]| Parameters::decode(octets).unwrap();
        assert_eq!(of(&[0x81, 0x80, 6, 7, 4, 0, 0, 0, 0]), Parameters::DEFAULT);
        let large = of(&[0x81, 0x80, 13, 5, 4, 0xff, 0xff, 0xff, 0xff, 6, 5, 1, 0, 0, 0, 0]);
        assert_eq!(large, Parameters::symmetric(2030, 1));
        assert_eq!(of(&[0x81, 0x80, 3, 7, 1, 200]).window_size_transmit, 7);
    }

    #[test]
    fn other_formats_and_cut_ones_are_refused() {
        assert_eq!(Parameters::decode(&[0x82, 0x80, 0]).unwrap_err().offset, 0);
        for end in 1..LONG.len() {
            assert!(end == 1 || Parameters::decode(&LONG[..end]).is_err(), "{end}");
        }
        assert!(Parameters::decode(&[0x81, 0x80, 0xff, 5, 1]).is_err());
    }

    #[test]
    fn the_least_of_both_holds() {
        let own = Parameters { max_info_field_length_transmit: 200, ..Parameters::symmetric(512, 4) };
        let peer =
            Parameters { max_info_field_length_transmit: 300, window_size_receive: 7, ..Parameters::DEFAULT };
        let expected = Parameters {
            max_info_field_length_transmit: 128,
            max_info_field_length_receive: 300,
            window_size_transmit: 4,
            window_size_receive: 1,
        };
        assert_eq!(own.agreed_with(peer), expected);
    }
}
