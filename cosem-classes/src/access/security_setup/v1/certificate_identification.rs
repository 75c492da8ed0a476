use dlms_core::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};
use dlms_core::data::{Data, DataType, OctetString, tag};
use dlms_core::structure;

use super::{CertificateEntity, CertificateType};

structure! {
    /// A certificate by whose it is.
    pub struct ByEntity => ByEntityView<'a> {
        /// Whose it is.
        pub certificate_entity: CertificateEntity,
        /// What it is for.
        pub certificate_type: CertificateType,
        /// The system title of its subject.
        pub system_title: OctetString,
    }
}

structure! {
    /// A certificate by its number.
    pub struct BySerial => BySerialView<'a> {
        /// Its serial number.
        pub serial_number: OctetString,
        /// Its issuer.
        pub issuer: OctetString,
    }
}

/// Which certificate is meant: certificate_identification.
#[derive(Debug, Clone, Copy)]
pub enum CertificateIdentification {}

/// Which certificate is meant: a structure of an enum and what it announces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CertificateIdentificationView<'a> {
    /// 0: by whose it is.
    Entity(ByEntityView<'a>),
    /// 1: by its number.
    Serial(BySerialView<'a>),
}

impl DataType for CertificateIdentification {
    type View<'a> = CertificateIdentificationView<'a>;

    fn from_data(value: Data<'_>) -> Option<CertificateIdentificationView<'_>> {
        let Data::Structure(elements) = value else { return None };
        match elements.exactly()? {
            [Data::Enum(0), options] => {
                ByEntity::from_data(options).map(CertificateIdentificationView::Entity)
            }
            [Data::Enum(1), options] => {
                BySerial::from_data(options).map(CertificateIdentificationView::Serial)
            }
            _ => None,
        }
    }
}

impl Encode for CertificateIdentificationView<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.array([tag::STRUCTURE, 2, tag::ENUM]);
        match self {
            Self::Entity(options) => {
                w.u8(0);
                options.encode(w);
            }
            Self::Serial(options) => {
                w.u8(1);
                options.encode(w);
            }
        }
    }
}

impl<'a> Decode<'a> for CertificateIdentificationView<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let at = r.clone();
        let value = CertificateIdentification::from_data(Data::decode(r)?);
        value.ok_or(at.error(DecodeErrorKind::InvalidValue("certificate identification")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_core::data::Octets;

    #[test]
    fn the_enum_says_which_structure_follows() {
        let bytes = [2, 2, 22, 0, 2, 3, 22, 1, 22, 0, 9, 8, 1, 2, 3, 4, 5, 6, 7, 8];
        let by_entity = CertificateIdentificationView::Entity(ByEntityView {
            certificate_entity: CertificateEntity::Client,
            certificate_type: CertificateType::DigitalSignature,
            system_title: Octets(&[1, 2, 3, 4, 5, 6, 7, 8]),
        });
        assert_eq!(CertificateIdentificationView::from_bytes(&bytes), Ok(by_entity));
        assert_eq!(by_entity.encode_to_slice(&mut [0; 32]).unwrap(), bytes);

        let bytes = [2, 2, 22, 1, 2, 2, 9, 1, 7, 9, 1, 8];
        let by_serial = CertificateIdentificationView::from_bytes(&bytes).unwrap();
        assert!(
            matches!(by_serial, CertificateIdentificationView::Serial(v) if v.serial_number == Octets(&[7]))
        );
        assert_eq!(by_serial.encode_to_slice(&mut [0; 32]).unwrap(), bytes);

        assert!(CertificateIdentificationView::from_bytes(&[2, 2, 22, 0, 2, 2, 9, 1, 7, 9, 1, 8]).is_err());
    }
}
