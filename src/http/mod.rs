//! HTTP/1.1 without I/O: every part takes bytes and gives bytes.
#![forbid(unsafe_code)]

pub mod request;
