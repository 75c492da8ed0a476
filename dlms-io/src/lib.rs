//! Drivers of the DLMS/COSEM machines: blocking, tokio, embedded-io-async.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
