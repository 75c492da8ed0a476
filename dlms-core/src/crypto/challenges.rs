/// What a token of high level security is made of, besides the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenges<'a> {
    /// The system title of the one who makes the token.
    pub prover: Option<&'a [u8; 8]>,
    /// The system title of the one who checks it.
    pub verifier: Option<&'a [u8; 8]>,
    /// The challenge that the token answers: the verifier's.
    pub answered: &'a [u8],
    /// The other challenge: the prover's own.
    pub other: &'a [u8],
}
