use cosem_classes::model::{Answer, Effect};
use cosem_classes::security_setup::v0::{SecurityPolicy as Policy, Serve};
use cosem_classes::security_setup::{KeyData, SecurityKeyId, SecuritySuite};
use dlms_core::apdu::{ActionResult, DataAccessResult};
use dlms_core::crypto::{self, CryptoProvider, KeyId, KeyKind};
use dlms_core::data::{Array, ArrayView, DataType, OctetString, Octets};
use dlms_security::{SecurityPolicy, SystemTitle};

#[cfg(feature = "certificates")]
mod agreed_keys;
#[cfg(feature = "certificates")]
mod certified;
#[cfg(feature = "certificates")]
mod import;

#[cfg(feature = "certificates")]
pub(in crate::server) use agreed_keys::AgreedKeys;
#[cfg(feature = "certificates")]
pub(in crate::server) use certified::CertifiedSetup;

/// The security of the device, as Security setup version 0.
pub(in crate::server) struct Setup<'a, C> {
    pub(in crate::server) crypto: &'a mut C,
    pub(in crate::server) policy: &'a mut SecurityPolicy,
    pub(in crate::server) suite: crypto::SecuritySuite,
    pub(in crate::server) setup: u8,
    pub(in crate::server) own_title: SystemTitle,
    pub(in crate::server) client_title: Option<SystemTitle>,
}

/// The provider's name of a key that a client names.
pub(in crate::server) const fn key_name(setup: u8, key: SecurityKeyId) -> Option<KeyId> {
    let kind = match key {
        SecurityKeyId::GlobalUnicastEncryptionKey => KeyKind::GlobalUnicastEncryption,
        SecurityKeyId::GlobalBroadcastEncryptionKey => KeyKind::GlobalBroadcastEncryption,
        SecurityKeyId::AuthenticationKey => KeyKind::Authentication,
        SecurityKeyId::MasterKey => KeyKind::KeyEncryption,
        _ => return None,
    };
    Some(KeyId { setup, kind })
}

impl<C: CryptoProvider> Serve for Setup<'_, C> {
    fn security_policy(&self) -> Answer<'_, Policy> {
        // Another policy for responses than for requests has no number here.
        let policy = self.policy.to_v0().ok_or(DataAccessResult::ObjectUnavailable)?;
        Ok(Policy::from_code(policy))
    }

    fn security_suite(&self) -> Answer<'_, SecuritySuite> {
        Ok(SecuritySuite::from_code(self.suite.id()))
    }

    fn client_system_title(&self) -> Answer<'_, OctetString> {
        Ok(Octets(self.client_title.as_ref().map_or(&[], |title| title.0.as_slice())))
    }

    fn server_system_title(&self) -> Answer<'_, OctetString> {
        Ok(Octets(&self.own_title.0))
    }

    fn security_activate(&mut self, policy: Policy) -> Result<Effect, ActionResult> {
        self.strengthen(SecurityPolicy::from_v0(policy.code()))
    }

    /// Checks all keys. They are installed once the answer is on its way, which the old ones still protect.
    fn global_key_transfer(
        &mut self,
        keys: <Array<KeyData> as DataType>::View<'_>,
    ) -> Result<Effect, ActionResult> {
        self.check_keys(&keys)
    }
}

impl<C: CryptoProvider> Setup<'_, C> {
    /// Puts a policy in force, at once: it may demand more, never less.
    fn strengthen(&mut self, policy: Option<SecurityPolicy>) -> Result<Effect, ActionResult> {
        let policy = policy.ok_or(ActionResult::TypeUnmatched)?;
        if !policy.covers(*self.policy) {
            return Err(ActionResult::ReadWriteDenied);
        }
        *self.policy = policy;
        Ok(Effect::None)
    }

    /// Checks all keys of a transfer: one that is wrong, and none is replaced.
    fn check_keys(&mut self, keys: &ArrayView<'_, KeyData>) -> Result<Effect, ActionResult> {
        let kek = KeyId { setup: self.setup, kind: KeyKind::KeyEncryption };
        for (number, key) in keys.iter().enumerate() {
            let key = key.map_err(|_| ActionResult::TypeUnmatched)?;
            key_name(self.setup, key.key_id).ok_or(ActionResult::TypeUnmatched)?;
            // Which of two would hold?
            if keys.iter().take(number).flatten().any(|earlier| earlier.key_id == key.key_id) {
                return Err(ActionResult::OtherReason);
            }
            let checked = self.crypto.check_wrapped(self.suite, kek, key.key_wrapped.0);
            checked.map_err(|_| ActionResult::OtherReason)?;
        }
        Ok(Effect::None)
    }
}

/// Installs keys that were checked.
pub(in crate::server) fn install_keys(
    crypto: &mut impl CryptoProvider,
    setup: u8,
    keys: &ArrayView<'_, KeyData>,
    mut installed: impl FnMut(KeyId),
) {
    let kek = KeyId { setup, kind: KeyKind::KeyEncryption };
    // A new master key comes wrapped with the old one, as all keys beside it do: it goes last.
    for master in [false, true] {
        for key in keys.iter().flatten() {
            let Some(name) = key_name(setup, key.key_id) else { continue };
            let is_master = name.kind == KeyKind::KeyEncryption;
            if is_master == master && crypto.unwrap_key(kek, key.key_wrapped.0, name).is_ok() {
                installed(name);
            }
        }
    }
}
