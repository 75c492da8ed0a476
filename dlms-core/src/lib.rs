//! DLMS/COSEM codec, values and messages: A-XDR (IEC 61334-6), ACSE and xDLMS (IEC 62056-5-3).
//!
//! | module | what it holds |
//! |---|---|
//! | [`codec`] | [`Reader`](codec::Reader) and [`Writer`](codec::Writer), [`Decode`](codec::Decode) and [`Encode`](codec::Encode) |
//! | [`data`] | COSEM values: [`Data`](data::Data) borrowed from the octets they arrived in |
//! | [`acse`] | opening and releasing an association: AARQ, AARE, RLRQ, RLRE |
//! | [`apdu`] | the xDLMS messages |
//! | [`link`] | what every data link is to the peers |
//! | [`crypto`] | what every cryptographic provider is to the security layer |
//! | [`time`], [`buffer`], [`limits`] | time and memory as arguments, bounds in one place |
//!
//! No heap, no clock, no randomness; nothing a peer sends can panic.
//!
//! ```
//! use dlms_core::apdu::{Apdu, GetDataResult, GetResponse};
//! use dlms_core::codec::{Decode, DecodeErrorKind};
//! use dlms_core::data::Data;
//!
//! let received = [0xc4, 0x01, 0xc1, 0x00, 0x06, 0x00, 0x01, 0xe2, 0x40];
//! let Apdu::GetResponse(GetResponse::Normal { result, .. }) = Apdu::from_bytes(&received)? else { panic!() };
//! assert_eq!(result, GetDataResult::Data(Data::DoubleLongUnsigned(123_456)));
//!
//! // An error says what is wrong, and at which octet.
//! let error = Apdu::from_bytes(&received[..7]).unwrap_err();
//! assert_eq!((error.kind, error.offset), (DecodeErrorKind::Truncated { missing: 2 }, 5));
//! # Ok::<_, dlms_core::codec::DecodeError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod acse;
pub mod apdu;
pub mod ber;
pub mod buffer;
pub mod codec;
pub mod crypto;
pub mod data;
pub mod limits;
pub mod link;
pub mod time;
