//! sign.
#![forbid(unsafe_code)]
