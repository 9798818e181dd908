//! iotcred turns a device's X.509 certificate into temporary AWS credentials, and signs AWS requests with them.
//!
//! One library in three sizes, by Cargo features: `sign` (`--no-default-features`: no allocator, no clock), `client` (an
//! allocator and callbacks) and `std` (the default, which fills the callbacks in). What C sees stands in [`ffi`]; `include/iotcred.h` is
//! generated from it.
//!
//! ```text
//! C structs -> ffi -> Config -> net + tls -> http -> document -> Credentials -> ffi -> C struct
//! C structs -> ffi -> Request + Credentials -> canonical request -> string to sign -> signing key -> signature -> ffi -> caller's buffer
//! ```
//!
//! Dependencies point one way: `ffi` -> `aws_sdk` -> `cache`, `fetch`, `send`, `sign` -> `tls`, `http`, `net` -> `credentials`, `time`, `crypto`, `memory`, `error`, `limits`,
//! `unescape`.
//! `sign` and `fetch` never name each other.
#![no_std]
#![deny(unsafe_code)]

#[cfg(feature = "client")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod credentials;
pub mod crypto;
pub mod error;
pub mod limits;
#[cfg(feature = "client")]
pub mod memory;
pub mod secret;
pub mod time;
pub mod unescape;

#[cfg(feature = "client")]
pub mod http;
#[cfg(feature = "client")]
pub mod net;
#[cfg(feature = "client")]
pub mod tls;

#[cfg(feature = "client")]
pub mod cache;
#[cfg(feature = "client")]
pub mod fetch;
#[cfg(feature = "client")]
pub mod send;
pub mod sign;

pub mod aws_sdk;

pub mod ffi;
