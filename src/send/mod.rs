//! send.
#![forbid(unsafe_code)]
