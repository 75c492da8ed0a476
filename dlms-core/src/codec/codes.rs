/// Codes of one octet with the standard's names; codes it does not name are kept as `Other`.
macro_rules! codes {
    ($(#[$m:meta])* $name:ident, otherwise $other:literal {
        $($variant:ident = $code:literal $text:literal),* $(,)?
    }) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("`", $text, "`, ", stringify!($code), ".")]
                #[error($text)]
                $variant,
            )*
            /// A code that is not named here.
            #[error("{} ({})", $other, .0)]
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

            #[doc = concat!("The name in the standard's words; `", $other, "` for a code that is not named here.")]
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(_) => $other,
                }
            }
        }
    };
}
pub(crate) use codes;
