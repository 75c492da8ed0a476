use super::super::{List, tag};
use super::VariableAccessSpecification;
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};
use crate::data::Data;

/// Variables that a server sends unasked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InformationReportRequest<'a> {
    /// When it was made: GeneralizedTime, kept as the ASCII octets that came.
    pub current_time: Option<&'a [u8]>,
    /// Which ones.
    pub variables: List<'a, VariableAccessSpecification<'a>>,
    /// Their values: as many.
    pub values: List<'a, Data<'a>>,
}

impl Encode for InformationReportRequest<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::INFORMATION_REPORT_REQUEST);
        w.presence(self.current_time.is_some());
        if let Some(time) = self.current_time {
            w.octets(time);
        }
        self.variables.encode(w);
        self.values.encode(w);
    }
}

impl<'a> Decode<'a> for InformationReportRequest<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, tag::INFORMATION_REPORT_REQUEST, "information-report-request")?;
        let current_time = if r.presence()? { Some(r.octets()?) } else { None };
        let variables = List::decode(r)?;
        let values = List::decode_as_long_as(variables.len(), r)?;
        Ok(Self { current_time, variables, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::DecodeErrorKind;

    #[test]
    fn the_time_is_an_ascii_string() {
        let bytes = [&[0x18, 1, 15][..], b"20241231235930Z", &[1, 2, 0xfa, 8, 1, 17, 5]].concat();
        let report = InformationReportRequest::from_bytes(&bytes).unwrap();
        assert_eq!(report.current_time, Some(&b"20241231235930Z"[..]));
        assert!(report.variables.iter().eq([VariableAccessSpecification::VariableName(0xfa08)]));
        let mut out = [0; 32];
        assert_eq!(report.encode_to_slice(&mut out).unwrap(), bytes);
    }

    #[test]
    fn every_variable_has_a_value() {
        let error = InformationReportRequest::from_bytes(&[0x18, 0, 1, 2, 0xfa, 8, 0]).unwrap_err();
        assert_eq!(
            error,
            DecodeError { kind: DecodeErrorKind::WrongCount { expected: 1, found: 0 }, offset: 6 }
        );
    }
}
