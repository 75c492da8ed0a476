/// Why a recipe cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// The mechanism is LLS, and there is no password.
    #[error("mechanism lls needs a password")]
    NeedsPassword,
    /// Something is ciphered, and the client has no system title.
    #[error("ciphering needs a system title of the client")]
    NeedsSystemTitle,
    /// No service of xDLMS has this name.
    #[error("there is no service {0:?}")]
    NoService(String),
    /// A value is out of range, or no value of its kind.
    #[error("{name} is {range}")]
    OutOfRange {
        /// The key.
        name: &'static str,
        /// What it may be.
        range: &'static str,
    },
}
