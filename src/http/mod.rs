//! http.
#![forbid(unsafe_code)]
