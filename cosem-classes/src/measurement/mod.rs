//! Values and what is made of them.

pub mod data;
pub mod extended_register;
pub mod profile_generic;
pub mod register;
