//! Small programs that each teach one thing about the DLMS/COSEM suite: see the files beside this package's manifest.
