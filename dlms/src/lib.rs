//! DLMS/COSEM client and server as machines: bytes in, bytes out, time as an argument.
#![no_std]
#![forbid(unsafe_code)]
