//! COSEM interface classes: tables, client handles, server traits, behaviour.
#![no_std]
#![forbid(unsafe_code)]
