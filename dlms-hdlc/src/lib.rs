//! HDLC data link of DLMS/COSEM (IEC 62056-46).
#![no_std]
#![forbid(unsafe_code)]
