//! TCP and UDP wrapper of DLMS/COSEM (IEC 62056-4-7).
#![no_std]
#![forbid(unsafe_code)]
