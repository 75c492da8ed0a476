//! Security of DLMS/COSEM: ciphering, authentication, counters, keys.
#![no_std]
#![forbid(unsafe_code)]
