use dlms_core::codec::{DecodeError, DecodeErrorKind};
use dlms_hdlc::{FrameError, FrameErrorKind};
use iec62056_21::{ParseError, ParseErrorKind};
use serde_json::{Value, json};

/// Why a command did not do what it was asked to.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", self.text())]
pub(crate) struct Failure {
    kind: FailureKind,
    message: String,
    offset: Option<usize>,
    detail: Option<Value>,
}

macro_rules! kinds {
    ($($(#[$m:meta])* $kind:ident = $name:literal exits $status:literal,)*) => {
        /// What kind of failure it is: decides the exit status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(dead_code, reason = "the contract names them all; some belong to what is not built yet")]
        pub(crate) enum FailureKind {
            $($(#[$m])* $kind,)*
        }

        impl FailureKind {
            /// Its name in JSON.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }

            /// The exit status of the command.
            pub(crate) const fn exit_status(self) -> u8 {
                match self {
                    $(Self::$kind => $status,)*
                }
            }
        }
    };
}

kinds! {
    /// The octets are not what they should be.
    Decode = "decode" exits 1,
    /// A check sequence is wrong.
    BadChecksum = "bad-checksum" exits 1,
    /// Not authentic under the key that was given, or nothing readable comes out.
    WrongKey = "wrong-key" exits 1,
    /// Ciphered, and no key was given.
    MissingKey = "missing-key" exits 1,
    /// Less protection than demanded.
    WeakerThanPolicy = "weaker-than-policy" exits 1,
    /// An invocation counter that was used before.
    Replayed = "replayed" exits 1,
    /// The peer's answer is no.
    Refused = "refused" exits 1,
    /// The peer did not accept the association.
    AssociationRejected = "association-rejected" exits 1,
    /// The peer answered with an exception-response.
    Exception = "exception" exits 1,
    /// No answer in time.
    Timeout = "timeout" exits 3,
    /// No connection, or it broke.
    Link = "link" exits 3,
    /// The command was called wrongly.
    Usage = "usage" exits 2,
    /// Others may read a file with keys.
    ExposedKeyFile = "exposed-key-file" exits 2,
    /// A certificate that is out of date.
    ExpiredCertificate = "expired-certificate" exits 1,
    /// A certificate that no trust anchor vouches for, or that is another's.
    UntrustedCertificate = "untrusted-certificate" exits 1,
    /// Not authentic under keys that had fitted before: changed on its way, or forged.
    BadTag = "bad-tag" exits 1,
    /// Something of the standard that is not built.
    Unsupported = "unsupported" exits 1,
    /// The local system did not do it: a file, a pipe.
    Io = "io" exits 1,
}

impl Failure {
    /// One with a message, and nothing else.
    pub(crate) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), offset: None, detail: None }
    }

    /// The command was called wrongly.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, message)
    }

    /// The octets are not what they should be.
    pub(crate) fn decode(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Decode, message)
    }

    /// Something of the standard that is not built.
    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Unsupported, message)
    }

    /// The same, at this octet of the input.
    pub(crate) fn at(self, offset: usize) -> Self {
        Self { offset: Some(offset), ..self }
    }

    /// The same with its offset, if it has one, as `place` says.
    pub(crate) fn relocated(self, place: impl FnOnce(usize) -> usize) -> Self {
        Self { offset: self.offset.map(place), ..self }
    }

    /// The same with particulars.
    pub(crate) fn with_detail(self, detail: Value) -> Self {
        Self { detail: Some(detail), ..self }
    }

    /// The same with more said.
    pub(crate) fn with_remark(mut self, remark: &str) -> Self {
        self.message.push_str(remark);
        self
    }

    /// Its particulars.
    pub(crate) const fn detail(&self) -> Option<&Value> {
        self.detail.as_ref()
    }

    /// What kind it is.
    pub(crate) const fn kind(&self) -> FailureKind {
        self.kind
    }

    /// `{"error":{"kind":…,"message":…,"offset":…,"detail":…}}`
    pub(crate) fn to_json(&self) -> Value {
        let mut error = json!({"kind": self.kind.name(), "message": self.message});
        if let Some(object) = error.as_object_mut() {
            if let Some(offset) = self.offset {
                object.insert("offset".into(), offset.into());
            }
            if let Some(detail) = &self.detail {
                object.insert("detail".into(), detail.clone());
            }
        }
        json!({"error": error})
    }

    /// For people: the message, the place, the particulars.
    fn text(&self) -> String {
        let mut text = self.message.clone();
        if let Some(offset) = self.offset {
            text.push_str(&format!(" at byte {offset}"));
        }
        if let Some(detail) = self.detail.as_ref().and_then(Value::as_object) {
            for (name, value) in detail {
                match value {
                    Value::String(value) => text.push_str(&format!("\n  {name}: {value}")),
                    value => text.push_str(&format!("\n  {name}: {value}")),
                }
            }
        }
        text
    }
}

impl From<DecodeErrorKind> for Failure {
    fn from(kind: DecodeErrorKind) -> Self {
        Self::decode(kind.to_string())
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::from(error.kind).at(error.offset)
    }
}

impl From<FrameError> for Failure {
    fn from(error: FrameError) -> Self {
        let kind = match error.kind {
            FrameErrorKind::HeaderCheck | FrameErrorKind::FrameCheck => FailureKind::BadChecksum,
            _ => FailureKind::Decode,
        };
        Self::new(kind, error.kind.to_string()).at(error.offset)
    }
}

impl From<dlms_mbus::FrameError> for Failure {
    fn from(error: dlms_mbus::FrameError) -> Self {
        use dlms_mbus::FrameErrorKind as Kind;
        let kind = match error.kind {
            Kind::Checksum { .. } | Kind::Crc { .. } => FailureKind::BadChecksum,
            _ => FailureKind::Decode,
        };
        Self::new(kind, error.kind.to_string()).at(error.offset)
    }
}

impl From<ParseError> for Failure {
    fn from(error: ParseError) -> Self {
        let kind = match error.kind {
            ParseErrorKind::BlockCheck { .. } | ParseErrorKind::Crc { .. } => FailureKind::BadChecksum,
            _ => FailureKind::Decode,
        };
        Self::new(kind, error.kind.to_string()).at(error.offset)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(FailureKind::Io, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_in_json_what_there_is_to_say() {
        let failure = Failure::decode("no").at(7).with_detail(json!({"a": 1}));
        assert_eq!(
            failure.to_json().to_string(),
            r#"{"error":{"kind":"decode","message":"no","offset":7,"detail":{"a":1}}}"#
        );
        assert_eq!(
            Failure::usage("no").to_json().to_string(),
            r#"{"error":{"kind":"usage","message":"no"}}"#
        );
        assert_eq!(failure.to_string(), "no at byte 7\n  a: 1");
    }

    #[test]
    fn the_kind_decides_the_exit_status() {
        assert_eq!(FailureKind::Usage.exit_status(), 2);
        assert_eq!(FailureKind::Timeout.exit_status(), 3);
        assert_eq!(FailureKind::WrongKey.exit_status(), 1);
    }
}
