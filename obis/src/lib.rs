//! OBIS codes: the names of COSEM objects.
#![no_std]
#![forbid(unsafe_code)]
