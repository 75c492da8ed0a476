use core::fmt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use dlms_security::certificate::{Certificate, CertificateError, UnixTime};
use pkcs8::der::Document;

use crate::failure::{Failure, FailureKind};

/// A certificate out of a file: X.509, in DER.
#[derive(Clone)]
pub(crate) struct CertificateFile(Vec<u8>);

impl CertificateFile {
    /// Reads all certificates of a file in PEM, or the one of a file in DER.
    ///
    /// # Errors
    /// `usage`: it cannot be read, or has none; `decode`: one of them is none of the profile.
    pub(crate) fn read_all(path: &Path) -> Result<Vec<Self>, Failure> {
        let wrong = |what: &dyn fmt::Display| Failure::usage(format!("{}: {what}", path.display()));
        let octets = std::fs::read(path).map_err(|error| wrong(&error))?;
        let blocks = match core::str::from_utf8(&octets) {
            Ok(text) => super::blocks(text)
                .map(|block| Document::from_pem(block).map_err(|_| wrong(&"no PEM")))
                .filter(|read| read.as_ref().map_or(true, |(label, _)| *label == "CERTIFICATE"))
                .map(|read| Ok(read?.1.as_bytes().to_vec()))
                .collect::<Result<_, Failure>>()?,
            Err(_) => vec![octets],
        };
        if blocks.is_empty() {
            return Err(wrong(&"no certificate"));
        }
        for der in &blocks {
            Certificate::from_der(der)
                .map_err(|error| Failure::decode(format!("{}: {error}", path.display())))?;
        }
        Ok(blocks.into_iter().map(Self).collect())
    }

    /// Reads the first certificate of a file.
    ///
    /// # Errors
    /// As [`read_all`](Self::read_all).
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let mut all = Self::read_all(path)?;
        Ok(all.swap_remove(0))
    }

    /// Its octets.
    pub(crate) fn der(&self) -> &[u8] {
        &self.0
    }

    /// The certificate.
    ///
    /// # Errors
    /// It was checked when it was read.
    pub(crate) fn certificate(&self) -> Result<Certificate<'_>, Failure> {
        Certificate::from_der(&self.0).map_err(untrusted)
    }
}

impl fmt::Debug for CertificateFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateFile({} octets)", self.0.len())
    }
}

/// What the failure of a certificate is called.
pub(crate) fn untrusted(error: CertificateError) -> Failure {
    let kind = match error {
        CertificateError::Expired | CertificateError::NotYetValid => FailureKind::ExpiredCertificate,
        CertificateError::Malformed(_) | CertificateError::TooLong => FailureKind::Decode,
        CertificateError::Unsupported(_) | CertificateError::Provider(_) => FailureKind::Unsupported,
        _ => FailureKind::UntrustedCertificate,
    };
    Failure::new(kind, format!("the certificate is not taken: {error}"))
}

/// The time, for certificates.
pub(crate) fn now() -> Option<UnixTime> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(UnixTime(since.as_secs()))
}
