//! Tests across the crates of the DLMS/COSEM suite.
