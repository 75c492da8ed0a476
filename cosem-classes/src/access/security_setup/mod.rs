//! Security setup (IEC 62056-6-2, class 64): policy, suite, system titles, keys. Version 1 is current.

pub mod v0;
pub mod v1;

use dlms_core::data::OctetString;
use dlms_core::{enumeration, structure};

pub use v1::{SecuritySetup, Serve};

enumeration! {
    /// The algorithms.
    pub enum SecuritySuite {
        /// AES-GCM-128, AES-128 key wrap.
        Suite0 = 0 "suite 0",
        /// Suite 0 with ECDSA and ECDH on P-256, SHA-256, V.44.
        Suite1 = 1 "suite 1",
        /// AES-GCM-256, AES-256 key wrap, ECDSA and ECDH on P-384, SHA-384, V.44.
        Suite2 = 2 "suite 2",
    }
}

enumeration! {
    /// What a key is for.
    pub enum SecurityKeyId {
        GlobalUnicastEncryptionKey = 0,
        GlobalBroadcastEncryptionKey = 1,
        AuthenticationKey = 2,
        MasterKey = 3,
    }
}

structure! {
    /// A new key, wrapped with the master key.
    pub struct KeyData => KeyDataView<'a> {
        /// What it is for.
        pub key_id: SecurityKeyId,
        /// AES key wrap of it.
        pub key_wrapped: OctetString,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Effect, Instance, Object};
    use dlms_core::apdu::ActionResult;
    use dlms_core::codec::{Decode, Encode, Writer};
    use dlms_core::data::{ArrayView, Data, Octets};
    use obis::obis;
    use std::vec::Vec;

    /// A wrapped key as it was published.
    const KEYS: [u8; 32] = [
        1, 1, 2, 2, 0x16, 0, 9, 0x18, 0x1f, 0xa6, 0x8b, 0x0a, 0x81, 0x12, 0xb4, 0x47, 0xae, 0xf3, 0x4b, 0xd8,
        0xfb, 0x5a, 0x7b, 0x82, 0x9d, 0x3e, 0x86, 0x23, 0x71, 0xd2, 0xcf, 0xe5,
    ];

    #[derive(Default)]
    struct Keys(Vec<(SecurityKeyId, usize)>);

    impl v1::Serve for Keys {
        fn key_transfer(&mut self, parameter: ArrayView<'_, KeyData>) -> Result<Effect, ActionResult> {
            let keys = parameter.iter().map(|key| key.map(|key| (key.key_id, key.key_wrapped.0.len())));
            self.0 = keys.collect::<Result<_, _>>().map_err(|_| ActionResult::TypeUnmatched)?;
            Ok(Effect::None)
        }

        fn generate_certificate_request(
            &mut self,
            parameter: v1::CertificateType,
            result: &mut Writer<'_>,
        ) -> Result<Effect, ActionResult> {
            Octets(&[parameter.code()]).encode(result);
            Ok(Effect::None)
        }
    }

    #[test]
    fn keys_come_as_an_array_and_requests_go_as_a_result() {
        let mut setup = Instance::<SecuritySetup, _>::new(obis!("0-0:43.0.0.255"), Keys::default());
        let nothing = &mut Writer::new(&mut []);
        assert_eq!(setup.invoke(2, Data::from_bytes(&KEYS).unwrap(), nothing), Ok(Effect::None));
        assert_eq!(setup.state.0, [(SecurityKeyId::GlobalUnicastEncryptionKey, 24)]);
        assert!(nothing.is_empty());

        let mut out = [0; 8];
        let mut w = Writer::new(&mut out);
        assert_eq!(setup.invoke(5, Data::Enum(1), &mut w), Ok(Effect::None));
        assert_eq!(w.finish(), Ok(&[9, 1, 1][..]));
        assert_eq!(
            setup.invoke(1, Data::Enum(0x6c), &mut Writer::new(&mut [])),
            Err(ActionResult::ObjectUndefined)
        );
    }

    #[test]
    fn a_policy_is_bits_in_an_enum() {
        let policy = v1::SecurityPolicy::from_bytes(&[22, 0x6c]).unwrap();
        assert!(policy.contains(v1::SecurityPolicy::ENCRYPTED_RESPONSE));
        assert!(!policy.contains(v1::SecurityPolicy::SIGNED_REQUEST));
        assert!(v1::SecurityPolicy::from_bytes(&[17, 0x6c]).is_err());
        assert_eq!(v0::SecurityPolicy::from_code(3), v0::SecurityPolicy::AuthenticatedAndEncrypted);
    }
}
