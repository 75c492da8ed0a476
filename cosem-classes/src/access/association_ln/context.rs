use dlms_core::apdu::Conformance;
use dlms_core::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};
use dlms_core::data::{BitString, Bits, Data, DataType, OctetString, VisibleString};
use dlms_core::{enumeration, structure};

enumeration! {
    /// How far an association is.
    pub enum AssociationStatus { NonAssociated = 0, AssociationPending = 1, Associated = 2 }
}

structure! {
    /// The two ends of an association.
    #[derive(Eq)]
    pub struct AssociatedPartners {
        /// The client's SAP.
        pub client_sap: i8,
        /// The server's SAP: that of the logical device.
        pub server_sap: u16,
    }
}

structure! {
    /// What was negotiated.
    pub struct XdlmsContext => XdlmsContextView<'a> {
        /// The services.
        pub conformance: ConformanceBits,
        /// Octets of an APDU that the server receives at most.
        pub max_receive_pdu_size: u16,
        /// Octets of an APDU that the server sends at most.
        pub max_send_pdu_size: u16,
        /// Version of the protocol: 6.
        pub dlms_version_number: u8,
        /// Not used: 0.
        pub quality_of_service: i8,
        /// The dedicated key, if the association was opened with one.
        pub cyphering_info: OctetString,
    }
}

structure! {
    /// A user of a client.
    pub struct User => UserView<'a> {
        /// The number that the client names when it associates.
        pub user_id: u8,
        /// The name.
        pub user_name: VisibleString,
    }
}

/// The conformance block as a bit-string of 24.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConformanceBits(pub Conformance);

impl DataType for ConformanceBits {
    type View<'a> = Self;

    fn from_data(value: Data<'_>) -> Option<Self> {
        let bits = Bits::from_data(value)?;
        let octets = bits.octets().first_chunk::<3>()?;
        Some(Self(Conformance::from_octets(*octets))).filter(|_| bits.len() == 24)
    }
}

impl Encode for ConformanceBits {
    fn encode(&self, w: &mut Writer<'_>) {
        if let Some(bits) = BitString::new(24, &self.0.to_octets()) {
            bits.encode(w);
        }
    }
}

impl<'a> Decode<'a> for ConformanceBits {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let at = r.clone();
        Self::from_data(Data::decode(r)?).ok_or(at.error(DecodeErrorKind::InvalidValue("conformance")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_core::data::Octets;

    #[test]
    fn what_was_negotiated_reads_back() {
        let context = XdlmsContextView {
            conformance: ConformanceBits(Conformance::GET | Conformance::ACTION),
            max_receive_pdu_size: 0x400,
            max_send_pdu_size: 0x200,
            dlms_version_number: 6,
            quality_of_service: 0,
            cyphering_info: Octets(&[]),
        };
        let octets = [2, 6, 4, 24, 0, 0, 0x11, 18, 4, 0, 18, 2, 0, 17, 6, 15, 0, 9, 0];
        assert_eq!(context.encode_to_slice(&mut [0; 32]).unwrap(), octets);
        assert_eq!(XdlmsContextView::from_bytes(&octets), Ok(context));
        assert!(ConformanceBits::from_bytes(&[4, 16, 0, 0]).is_err());
    }
}
