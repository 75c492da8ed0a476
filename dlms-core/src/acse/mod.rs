//! ACSE: opening and releasing an association.
