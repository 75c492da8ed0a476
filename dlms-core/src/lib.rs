//! DLMS/COSEM codec, values and messages: A-XDR, ACSE, xDLMS.
#![no_std]
#![forbid(unsafe_code)]
