//! The parts of BER that ACSE needs.
