//! fetch.
#![forbid(unsafe_code)]
