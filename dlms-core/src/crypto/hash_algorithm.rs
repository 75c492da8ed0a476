/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum HashAlgorithm {
    /// MD5, 16 octets: HLS mechanism 3 only.
    Md5,
    /// SHA-1, 20 octets: HLS mechanism 4 only.
    Sha1,
    /// SHA-256, 32 octets.
    Sha256,
    /// SHA-384, 48 octets.
    Sha384,
}
