use super::tag;
use crate::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};

macro_rules! gateway {
    ($(#[$m:meta])* $name:ident = $tag:ident $text:literal) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub struct $name<'a> {
            /// The network behind the gateway.
            pub network_id: u8,
            physical_device_address: &'a [u8],
            /// The message, at least its tag.
            pub apdu: &'a [u8],
        }

        impl<'a> $name<'a> {
            /// A message behind its prefix; nothing if the address has more than 255 octets.
            #[must_use]
            pub const fn new(network_id: u8, physical_device_address: &'a [u8], apdu: &'a [u8]) -> Option<Self> {
                match physical_device_address.len() {
                    0..=255 => Some(Self { network_id, physical_device_address, apdu }),
                    _ => None,
                }
            }

            /// The device in that network.
            #[must_use]
            pub const fn physical_device_address(&self) -> &'a [u8] {
                self.physical_device_address
            }
        }

        impl Encode for $name<'_> {
            fn encode(&self, w: &mut Writer<'_>) {
                let [.., len] = self.physical_device_address.len().to_be_bytes();
                w.array([tag::$tag, self.network_id, len]);
                w.bytes(self.physical_device_address);
                w.bytes(self.apdu);
            }
        }

        impl<'a> Decode<'a> for $name<'a> {
            fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
                tag::expect(r, tag::$tag, $text)?;
                let [network_id, len] = r.array()?;
                let physical_device_address = r.take(usize::from(len))?;
                if r.is_empty() {
                    return Err(r.error(DecodeErrorKind::Truncated { missing: 1 }));
                }
                let apdu = r.take(r.remaining())?;
                Ok(Self { network_id, physical_device_address, apdu })
            }
        }
    };
}

gateway! {
    /// A message for a device behind a gateway: a prefix, then the message up to the end.
    GatewayRequest = GATEWAY_REQUEST "gateway-request"
}

gateway! {
    /// A message from a device behind a gateway: a prefix, then the message up to the end.
    GatewayResponse = GATEWAY_RESPONSE "gateway-response"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_stands_before_the_message() {
        let request = GatewayRequest::new(1, b"42", &[0xc0, 2, 0xc1, 0, 0, 0, 1]).unwrap();
        let mut out = [0; 16];
        let octets = request.encode_to_slice(&mut out).unwrap();
        assert_eq!(octets, [0xe6, 1, 2, b'4', b'2', 0xc0, 2, 0xc1, 0, 0, 0, 1]);
        assert_eq!(GatewayRequest::from_bytes(octets), Ok(request));
        let offset = GatewayRequest::from_bytes(&octets[..5]).unwrap_err().offset;
        assert_eq!(offset, 5);
        assert_eq!(GatewayResponse::new(0, &[0; 256], &[]), None);
    }
}
