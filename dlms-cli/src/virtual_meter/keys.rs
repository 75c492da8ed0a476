//! The keys and passwords of the virtual meter: for tests, known to everybody.

use dlms_core::crypto::SecuritySuite;
use dlms_security::SystemTitle;

/// Global unicast encryption key.
pub(crate) const EK: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/// Global broadcast encryption key.
pub(crate) const BK: [u8; 16] =
    [0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f];
/// Authentication key.
pub(crate) const AK: [u8; 16] =
    [0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf];
/// Key encryption (master) key.
pub(crate) const KEK: [u8; 16] = [0x31; 16];
/// A key as long as the suite wants it: in suite 2, the same octets twice.
pub(crate) fn in_suite(key: &[u8; 16], suite: SecuritySuite) -> Vec<u8> {
    key.repeat(suite.key_len().div_ceil(16))
}

/// Password of the reading client, and secret of the client with any protection.
pub(crate) const PASSWORD: &[u8] = b"00000000";
/// The meter's system title.
pub(crate) const METER_TITLE: SystemTitle = SystemTitle([0x4d, 0x41, 0x43, 0, 0, 0, 0, 1]);
/// The system title of this tool when it talks to the virtual meter.
pub(crate) const CLIENT_TITLE: SystemTitle = SystemTitle(*b"CLIENT01");

/// The public client: no authentication, reads only.
pub(crate) const PUBLIC: u16 = 16;
/// The reading client: a password.
pub(crate) const READER: u16 = 32;
/// The management client: HLS with GMAC, and the meter's policy.
pub(crate) const MANAGEMENT: u16 = 1;
/// A client with HLS (GMAC, MD5, SHA-1, SHA-256) that may choose its protection, for tests.
pub(crate) const ANY_PROTECTION: u16 = 5;
