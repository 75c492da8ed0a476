//! Examples of the DLMS/COSEM suite.
