//! COSEM interface classes (IEC 62056-6-2): tables, client handles, server traits, behaviour.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod model;
