use dlms_core::apdu::tag;
use dlms_core::codec::{Decode, Reader};
use dlms_core::crypto::CryptoError;
use dlms_security::{
    CipheredApdu, GeneralCiphering, GeneralSigning, KeyInfo, ReplayWindows, SecurityContext, SecurityControl,
    SecurityError, SystemTitle, Unprotected,
};
use serde_json::{Map, Value, json};

use super::keys::{self, Keys};
use super::leniency::{Deviation, Lenience};
use super::p1;
use crate::failure::{Failure, FailureKind};
use crate::hex;

/// What a protected message says about its protection.
#[derive(Debug, Clone)]
pub(super) struct Security {
    members: Map<String, Value>,
}

impl Security {
    fn new(tag: u8) -> Self {
        let mut security = Self { members: Map::new() };
        security.insert("tag", tag::name(tag).unwrap_or("unknown").into());
        security
    }

    fn of(view: &CipheredApdu<'_>, title: Option<SystemTitle>) -> Self {
        let mut security = Self::new(view.tag);
        security.insert_control(view.security_control);
        if let Some(title) = title {
            security.insert("system-title", title.to_string().into());
        }
        security.insert("invocation-counter", view.invocation_counter.into());
        security
    }

    fn insert_control(&mut self, control: SecurityControl) {
        self.insert("suite", (control.0 & 0x0f).into());
        self.insert("authenticated", false.into());
        self.insert("encrypted", control.encrypted().into());
        self.insert("security-control", hex::to_text(&[control.0]).into());
    }

    fn insert(&mut self, name: &str, value: Value) {
        self.members.insert(name.into(), value);
    }

    fn insert_octets(&mut self, name: &str, octets: &[u8]) {
        self.insert(name, hex::to_text(octets).into());
    }

    /// The authentication tag was verified.
    fn verified(mut self) -> Self {
        self.insert("authenticated", true.into());
        self
    }

    /// With the protection of what was protected twice.
    pub(super) fn around(mut self, inner: Option<Value>) -> Value {
        if let Some(inner) = inner {
            self.insert("content", inner);
        }
        Value::Object(self.members)
    }

    /// `failure`, with the header for those who look at it.
    fn detail_of(self, failure: Failure) -> Failure {
        failure.with_detail(json!({"security": self.members}))
    }
}

/// A protected message, opened.
#[derive(Debug)]
pub(super) struct Opened {
    /// How it was protected.
    pub(super) security: Security,
    /// What was in it.
    pub(super) plain: Vec<u8>,
    /// Where in the protected message that was.
    pub(super) offset: usize,
    /// Octets of the protected message.
    pub(super) consumed: usize,
    /// What there is to be said about it.
    pub(super) warnings: Vec<String>,
    /// Nothing but the key speaks for what came out.
    pub(super) unverified: bool,
}

/// Opens the protected message at the front of `octets`. Offsets of failures count from there.
pub(super) fn open(octets: &[u8], keys: &mut Keys, lenience: &Lenience) -> Result<Opened, Failure> {
    match octets.first() {
        Some(&tag::GENERAL_CIPHERING) => Err(general_ciphering(octets)?),
        Some(&tag::GENERAL_SIGNING) => general_signing(octets),
        _ => ciphered(octets, keys, lenience),
    }
}

fn ciphered(octets: &[u8], keys: &mut Keys, lenience: &Lenience) -> Result<Opened, Failure> {
    let mut r = Reader::new(octets);
    let view = CipheredApdu::decode(&mut r)?;
    let consumed = r.offset();
    let control = view.security_control;
    let title = view.system_title.and_then(SystemTitle::from_slice).or_else(|| keys.title_of(view.tag));
    let security = Security::of(&view, title);
    let Some(suite) = control.suite() else {
        let failure = Failure::decode(format!("security suite {} is reserved", control.0 & 0x0f));
        return Err(security.detail_of(failure.at(view.content_offset.saturating_sub(5))));
    };
    if control.compressed() {
        return Err(security.detail_of(Failure::unsupported("compressed content")));
    }
    let in_the_clear = |warning: &str, security| Opened {
        security,
        plain: view.ciphertext().to_vec(),
        offset: view.content_offset,
        consumed,
        warnings: vec![warning.into()],
        unverified: false,
    };
    if !control.encrypted() && !control.authenticated() {
        return Ok(in_the_clear("neither authenticated nor encrypted", security));
    }
    let can_verify = keys.can_decipher(view.form) && keys.can_verify();
    if !control.encrypted() && !can_verify {
        let warning = "missing-key: the authentication tag was not verified";
        return Ok(in_the_clear(warning, security));
    }
    if !keys.can_decipher(view.form) {
        return Err(security.detail_of(keys::missing(view.form)));
    }
    let Some(title) = title else {
        let message = "the system title of the originator is not known (--system-title)";
        return Err(security.detail_of(Failure::new(FailureKind::MissingKey, message)));
    };
    let mut context = keys.context(suite, title);
    let mut buf = octets.get(..consumed).unwrap_or_default().to_vec();
    let whole = 0..buf.len();
    let mut verify = control.authenticated() && keys.can_verify();
    let mut warnings = Vec::new();
    let result = if verify {
        verified(&mut context, keys, &mut buf)
    } else {
        context.decrypt_unverified(&mut keys.provider, &mut buf, whole.clone())
    };
    let result = match result {
        // The text tells by itself that the encryption key is the right one; whose it is, nothing tells.
        Err(SecurityError::Inauthentic) if lenience.permits(Deviation::UnverifiedTag) => {
            verify = false;
            warnings.push(Deviation::UnverifiedTag.warning());
            let opened = context.decrypt_unverified(&mut keys.provider, &mut buf, whole);
            opened.and_then(|opened| match buf.get(opened.plain.clone()) {
                Some(plain) if p1::checks_itself(plain) => Ok(opened),
                _ => Err(SecurityError::Inauthentic),
            })
        }
        result => result,
    };
    let unprotected = match result {
        Ok(unprotected) => unprotected,
        Err(error) => return Err(security.detail_of(failed(error, suite.key_len()))),
    };
    if control.authenticated() && !verify && warnings.is_empty() {
        warnings.push("missing-key: the authentication tag was not verified".into());
    }
    Ok(Opened {
        security: if verify { security.verified() } else { security },
        offset: unprotected.plain.start,
        plain: buf.get(unprotected.plain).unwrap_or_default().to_vec(),
        consumed,
        warnings,
        unverified: !verify,
    })
}

/// Verifies and deciphers all of `buf`: a message, or a telegram of the P1 port.
fn verified(
    context: &mut SecurityContext,
    keys: &mut Keys,
    buf: &mut [u8],
) -> Result<Unprotected, SecurityError> {
    let whole = 0..buf.len();
    let mut replay = ReplayWindows::<1>::new();
    match context.unprotect(&mut keys.provider, &mut replay, buf, whole.clone()) {
        Err(SecurityError::Nested | SecurityError::Inconsistent) => {
            let opened = context.unprotect_octets(&mut keys.provider, &mut replay, buf, whole)?;
            match buf.get(opened.plain.clone()) {
                Some(plain) if p1::is_telegram(plain) => Ok(opened),
                _ => Err(SecurityError::Nested),
            }
        }
        result => result,
    }
}

fn failed(error: SecurityError, key_len: usize) -> Failure {
    match error {
        SecurityError::Decode(error) => error.into(),
        SecurityError::Inauthentic => {
            let message = "not authentic: another key, or the telegram was changed";
            Failure::new(FailureKind::WrongKey, message)
        }
        SecurityError::Provider(CryptoError::KeyLength) => {
            let message = format!("the security suite has keys of {key_len} octets");
            Failure::new(FailureKind::WrongKey, message)
        }
        SecurityError::Unsupported(what) => Failure::unsupported(format!("{what} is not built")),
        SecurityError::Nested => Failure::unsupported("authentic, but no message that may be protected"),
        other => Failure::decode(other.to_string()),
    }
}

/// That general-ciphering is not built, with what its header says.
fn general_ciphering(octets: &[u8]) -> Result<Failure, Failure> {
    let view = GeneralCiphering::decode(&mut Reader::new(octets))?;
    let mut security = Security::new(tag::GENERAL_CIPHERING);
    security.insert_control(view.security_control);
    security.insert_octets("system-title", view.originator_system_title);
    security.insert("invocation-counter", view.invocation_counter.into());
    security.insert_octets("transaction-id", view.transaction_id);
    security.insert_octets("recipient-system-title", view.recipient_system_title);
    security.insert_octets("date-time", view.date_time);
    security.insert_octets("other-information", view.other_information);
    if let Some(key_info) = view.key_info {
        security.insert(
            "key-info",
            match key_info {
                KeyInfo::Identified { key } => json!({"identified-key": {"key-id": key}}),
                KeyInfo::Wrapped { kek, wrapped_key } => {
                    json!({"wrapped-key": {"kek-id": kek, "key-ciphered-data": hex::to_text(wrapped_key)}})
                }
                KeyInfo::Agreed { key_parameters, key_ciphered_data } => json!({"agreed-key": {
                    "key-parameters": hex::to_text(key_parameters),
                    "key-ciphered-data": hex::to_text(key_ciphered_data),
                }}),
            },
        );
    }
    Ok(security.detail_of(Failure::unsupported("deciphering general-ciphering is not built")))
}

/// What is in a signed message is there for all to read; its signature is not verified.
fn general_signing(octets: &[u8]) -> Result<Opened, Failure> {
    let mut r = Reader::new(octets);
    let view = GeneralSigning::decode(&mut r)?;
    let mut security = Security::new(tag::GENERAL_SIGNING);
    security.insert("authenticated", false.into());
    security.insert("encrypted", false.into());
    security.insert_octets("system-title", view.originator_system_title);
    security.insert_octets("transaction-id", view.transaction_id);
    security.insert_octets("recipient-system-title", view.recipient_system_title);
    security.insert_octets("date-time", view.date_time);
    security.insert_octets("other-information", view.other_information);
    security.insert_octets("signature", view.signature);
    Ok(Opened {
        security,
        plain: view.content.to_vec(),
        offset: view.content_offset,
        consumed: r.offset(),
        warnings: vec!["the signature was not verified: that is not built".into()],
        unverified: false,
    })
}
