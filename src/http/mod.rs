//! HTTP/1.1 without I/O: every part takes bytes and gives bytes. A request goes out in one piece ([`request`]); a response comes in
//! any pieces, its head first ([`response`], [`framing`]), then its body ([`body`], [`chunked`]). What an error response says beside
//! its body is read in [`failure`], and the JSON of bodies in [`json`]. [`exchange`] is where all this meets a TLS stream.
#![forbid(unsafe_code)]

pub mod body;
pub mod chunked;
pub mod exchange;
pub mod failure;
pub mod framing;
pub mod json;
mod json_syntax;
pub mod kept;
pub mod request;
pub mod response;
