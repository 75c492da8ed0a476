use dlms_core::apdu::{Apdu, tag};
use dlms_core::crypto::{KeyId, KeyKind, SecuritySuite};
use dlms_security::{GrowingKeys, SecurityContext, ServiceCiphering, SoftwareProvider, SystemTitle};
use getrandom::SysRng;

use crate::failure::{Failure, FailureKind};
use crate::hex;

/// Flags that say under which keys telegrams are.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct KeyFlags {
    /// Encryption key of the telegram, whatever its kind.
    #[arg(long, value_name = "HEX")]
    ek: Option<String>,
    /// Authentication key; without it telegrams are deciphered but not verified.
    #[arg(long, value_name = "HEX")]
    ak: Option<String>,
    /// Dedicated key of the association.
    #[arg(long, value_name = "HEX")]
    dedicated_key: Option<String>,
    /// System title of the sender, for telegrams that do not carry it.
    #[arg(long, value_name = "HEX")]
    system_title: Option<String>,
}

#[cfg(test)]
impl KeyFlags {
    /// As `--ek` alone.
    pub(super) fn with_encryption_key(key: &str) -> Self {
        Self { ek: Some(key.into()), ..Self::default() }
    }
}

/// The keys of telegrams, and who sends them: what was given, and what earlier telegrams told.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(super) provider: SoftwareProvider<SysRng, GrowingKeys>,
    encryption: bool,
    authentication: bool,
    dedicated: Option<KeyId>,
    given_title: Option<SystemTitle>,
    client_title: Option<SystemTitle>,
    server_title: Option<SystemTitle>,
}

/// The Security setup all keys are put under.
const SETUP: u8 = 0;

impl Keys {
    /// Those that the flags give.
    ///
    /// # Errors
    /// `usage`: no hex, or of a length that no key has.
    pub(crate) fn new(flags: &KeyFlags) -> Result<Self, Failure> {
        let mut keys = Self {
            provider: SoftwareProvider::new(SysRng),
            encryption: flags.ek.is_some(),
            authentication: flags.ak.is_some(),
            dedicated: None,
            given_title: None,
            client_title: None,
            server_title: None,
        };
        if let Some(text) = &flags.ek {
            keys.set("--ek", KeyKind::GlobalUnicastEncryption, text)?;
            keys.set("--ek", KeyKind::GlobalBroadcastEncryption, text)?;
            // The key of a meter on the M-Bus is one of AES-128.
            let _ = keys.set("--ek", KeyKind::MBus(0), text);
            // Also of an association of which no more is known than that key.
            keys.dedicated = keys.install(&octets("--ek", text)?);
        }
        if let Some(text) = &flags.ak {
            keys.set("--ak", KeyKind::Authentication, text)?;
        }
        if let Some(text) = &flags.dedicated_key {
            let key = octets("--dedicated-key", text)?;
            keys.dedicated = Some(keys.install(&key).ok_or_else(|| wrong_length("--dedicated-key"))?);
        }
        if let Some(text) = &flags.system_title {
            let title = SystemTitle::from_slice(&octets("--system-title", text)?);
            keys.given_title = Some(title.ok_or_else(|| Failure::usage("--system-title has 8 octets"))?);
        }
        Ok(keys)
    }

    fn set(&mut self, flag: &str, kind: KeyKind, text: &str) -> Result<(), Failure> {
        let id = KeyId { setup: SETUP, kind };
        self.provider.set_key(id, &octets(flag, text)?).map_err(|_| wrong_length(flag))
    }

    fn install(&mut self, key: &[u8]) -> Option<KeyId> {
        use dlms_core::crypto::CryptoProvider;
        self.provider.install_dedicated(key).ok()
    }

    /// Takes what a plain message says about the ones after it: system titles, a dedicated key.
    pub(super) fn learn(&mut self, apdu: &Apdu<'_>) {
        match apdu {
            Apdu::Aarq(aarq) => {
                self.client_title = aarq.calling_ap_title.and_then(SystemTitle::from_slice);
                self.server_title = None;
            }
            Apdu::Aare(aare) => {
                self.server_title = aare.responding_ap_title.and_then(SystemTitle::from_slice);
            }
            Apdu::InitiateRequest(request) => {
                if let Some(id) = request.dedicated_key.and_then(|key| self.install(key)) {
                    self.dedicated = Some(id);
                }
            }
            _ => {}
        }
    }

    /// The system title of who sends messages of this tag, where they do not carry it.
    pub(super) fn title_of(&self, ciphered: u8) -> Option<SystemTitle> {
        let plain = tag::plain_of(ciphered)?;
        let from_server = matches!(
            plain,
            tag::INITIATE_RESPONSE
                | tag::READ_RESPONSE
                | tag::WRITE_RESPONSE
                | tag::CONFIRMED_SERVICE_ERROR
                | tag::INFORMATION_REPORT_REQUEST
                | tag::EVENT_NOTIFICATION_REQUEST
                | tag::GET_RESPONSE
                | tag::SET_RESPONSE
                | tag::ACTION_RESPONSE
        );
        let told = if from_server { self.server_title } else { self.client_title };
        told.or(self.given_title)
    }

    /// Whether there is a key for telegrams of this form.
    pub(super) const fn can_decipher(&self, form: ServiceCiphering) -> bool {
        if form.is_dedicated() { self.dedicated.is_some() } else { self.encryption }
    }

    /// Whether authentication tags can be verified.
    pub(super) const fn can_verify(&self) -> bool {
        self.authentication
    }

    /// The security of an association in which `originator` sends.
    pub(super) fn context(&self, suite: SecuritySuite, originator: SystemTitle) -> SecurityContext {
        // Whoever we are, we are somebody else.
        let mut context = SecurityContext::new(suite, SETUP, SystemTitle(originator.0.map(|octet| !octet)));
        context.set_peer_title(Some(originator));
        context.set_dedicated(self.dedicated);
        context
    }

    /// The security of an association in which we are `own_title` and send.
    pub(super) fn sender(&self, suite: SecuritySuite, own_title: SystemTitle) -> SecurityContext {
        let mut context = SecurityContext::new(suite, SETUP, own_title);
        context.set_dedicated(self.dedicated);
        context
    }
}

/// No key for what is ciphered.
pub(super) fn missing(form: ServiceCiphering) -> Failure {
    let message = if form.is_dedicated() {
        "ciphered under a dedicated key: --dedicated-key"
    } else {
        "ciphered: the encryption key is missing (--ek)"
    };
    Failure::new(FailureKind::MissingKey, message)
}

fn octets(flag: &str, text: &str) -> Result<Vec<u8>, Failure> {
    hex::from_text(text).map_err(|error| error.with_remark(&format!(" ({flag})")))
}

fn wrong_length(flag: &str) -> Failure {
    Failure::usage(format!("{flag}: a key has 16 or 32 octets"))
}
