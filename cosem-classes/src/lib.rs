#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

#[doc(hidden)]
pub use dlms_core;
#[doc(hidden)]
pub use obis;

mod access;
mod communication;
mod measurement;
pub mod model;
mod number;
mod octet_enum;
mod scaled;
mod scaler_unit;
mod time;
mod unit;

pub use access::{association_ln, association_sn, image_transfer, sap_assignment, security_setup};
pub use communication::push_setup;
pub use measurement::{data, extended_register, profile_generic, register};
pub use number::Number;
pub use scaled::Scaled;
pub use scaler_unit::ScalerUnit;
pub use time::{activity_calendar, clock, disconnect_control, script_table};
pub use unit::Unit;
