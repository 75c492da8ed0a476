//! The bounds on what a peer may make us do, in one place.
//!
//! Sizes of buffers are the caller's; these hold whatever the buffer.

/// Levels of arrays and structures inside each other. The Blue Book needs eight at most.
pub const NESTING: usize = 16;
/// Values that one compact array may expand to.
pub const COMPACT_ARRAY_VALUES: usize = 1 << 20;
/// Items of one with-list or ACCESS request.
pub const WITH_LIST: usize = 64;
/// Octets that a growing buffer takes at most, unless told otherwise.
pub const BUFFER: usize = 16 << 20;
/// Repetitions of a frame before the link gives up.
pub const RETRIES: u8 = 3;
/// Times in a row that a client asks again for blocks of a general block transfer and hears nothing.
pub const BLOCK_REPETITIONS: u8 = 8;
/// Times in a row that it asks and hears nothing new.
pub const STUCK_REPETITIONS: u8 = 64;
/// Milliseconds that a server waits for the next block before it gives a general block transfer up.
pub const STALLED_TRANSFER: u64 = 60_000;
/// Milliseconds to wait for a response.
pub const RESPONSE_TIME_OUT: u64 = 5_000;
/// Milliseconds between two octets of a frame on a serial line.
pub const INTER_OCTET_TIME_OUT_SERIAL: u64 = 25;
/// Milliseconds between two octets of a frame through a TCP tunnel.
pub const INTER_OCTET_TIME_OUT_TCP: u64 = 200;
/// Milliseconds without a frame before an HDLC connection ends.
pub const INACTIVITY_TIME_OUT_HDLC: u64 = 120_000;
/// Milliseconds without an APDU before a TCP connection ends.
pub const INACTIVITY_TIME_OUT_TCP: u64 = 180_000;
