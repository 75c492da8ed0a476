/// A result code of the standard's; codes it does not name are kept.
macro_rules! result {
    ($(#[$m:meta])* $name:ident { $($(#[$vm:meta])* $variant:ident = $code:literal $text:literal),* $(,)? }) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        // Where the value of a register lies in `GetDataResult`: that is then moved whole, in half the time.
        #[repr(align(4))]
        pub enum $name {
            $(
                #[doc = concat!("`", $text, "`, ", stringify!($code), ".")]
                $(#[$vm])*
                #[error($text)]
                $variant,
            )*
            /// A code the standard does not name; taken for a failure.
            #[error("result {0}")]
            Other(u8),
        }
        impl $name {
            /// The code on the wire.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self {
                    $(Self::$variant => $code,)*
                    Self::Other(code) => code,
                }
            }

            /// What the code means.
            #[must_use]
            pub const fn from_code(code: u8) -> Self {
                match code {
                    $($code => Self::$variant,)*
                    code => Self::Other(code),
                }
            }

            /// The name in the standard's words; `unknown` for a code it does not name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(_) => "unknown",
                }
            }

            /// Whether it is success.
            #[must_use]
            pub const fn is_success(self) -> bool {
                self.code() == 0
            }
        }
        impl $crate::codec::Encode for $name {
            #[inline]
            fn encode(&self, w: &mut $crate::codec::Writer<'_>) {
                w.u8(self.code());
            }
        }
        impl<'a> $crate::codec::Decode<'a> for $name {
            #[inline]
            fn decode(r: &mut $crate::codec::Reader<'a>) -> Result<Self, $crate::codec::DecodeError> {
                r.u8().map(Self::from_code)
            }
        }
    };
}

result! {
    /// How access to an attribute ended: Data-Access-Result.
    DataAccessResult {
        Success = 0 "success",
        HardwareFault = 1 "hardware-fault",
        TemporaryFailure = 2 "temporary-failure",
        ReadWriteDenied = 3 "read-write-denied",
        ObjectUndefined = 4 "object-undefined",
        ObjectClassInconsistent = 9 "object-class-inconsistent",
        ObjectUnavailable = 11 "object-unavailable",
        TypeUnmatched = 12 "type-unmatched",
        ScopeOfAccessViolated = 13 "scope-of-access-violated",
        DataBlockUnavailable = 14 "data-block-unavailable",
        LongGetAborted = 15 "long-get-aborted",
        NoLongGetInProgress = 16 "no-long-get-in-progress",
        LongSetAborted = 17 "long-set-aborted",
        NoLongSetInProgress = 18 "no-long-set-in-progress",
        DataBlockNumberInvalid = 19 "data-block-number-invalid",
        OtherReason = 250 "other-reason",
    }
}

result! {
    /// How the invocation of a method ended: Action-Result.
    ActionResult {
        Success = 0 "success",
        HardwareFault = 1 "hardware-fault",
        TemporaryFailure = 2 "temporary-failure",
        ReadWriteDenied = 3 "read-write-denied",
        ObjectUndefined = 4 "object-undefined",
        ObjectClassInconsistent = 9 "object-class-inconsistent",
        ObjectUnavailable = 11 "object-unavailable",
        TypeUnmatched = 12 "type-unmatched",
        ScopeOfAccessViolated = 13 "scope-of-access-violated",
        DataBlockUnavailable = 14 "data-block-unavailable",
        LongActionAborted = 15 "long-action-aborted",
        NoLongActionInProgress = 16 "no-long-action-in-progress",
        OtherReason = 250 "other-reason",
    }
}
