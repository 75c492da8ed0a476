//! Benchmarks of the DLMS/COSEM suite, side by side with its peers.
