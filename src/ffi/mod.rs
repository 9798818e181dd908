//! The C ABI: the only place with `unsafe`, `extern "C"` and `no_mangle`. `include/iotcred.h` is generated from here.
//!
//! An extern function has four moves: guard, check the pointers, call one safe function, write the outputs.
#![allow(unsafe_code)]
// What a caller must keep is said once, for every function, on the conventions page of the header (`conventions.h`).
#![allow(clippy::missing_safety_doc)]

mod about;
#[cfg(iotcred_archive)]
mod archive;
#[cfg(all(feature = "client", not(feature = "std")))]
mod arena;
mod args;
pub mod aws_sdk;
mod chunk;
mod explain;
mod guard;
#[cfg(not(feature = "std"))]
#[cfg_attr(not(iotcred_archive), allow(dead_code))]
mod panic_hook;
mod presign;
mod sha256;
mod sign;
mod status;
mod types;

#[cfg(feature = "client")]
mod cache;
#[cfg(feature = "client")]
mod check;
#[cfg(feature = "std")]
mod clock;
#[cfg(feature = "client")]
mod config;
#[cfg(feature = "client")]
mod connection;
#[cfg(feature = "client")]
mod credentials;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod fetch;
#[cfg(feature = "client")]
mod logged;
#[cfg(feature = "client")]
mod platform;
#[cfg(feature = "client")]
mod port;
#[cfg(feature = "client")]
mod seal;
#[cfg(feature = "client")]
mod send;
#[cfg(feature = "client")]
mod signer;

pub use about::*;
pub use chunk::*;
pub use explain::*;
pub use presign::*;
pub use sha256::*;
pub use sign::*;
pub use status::*;
pub use types::*;

#[cfg(feature = "client")]
pub use {
    cache::*, check::*, config::*, connection::*, credentials::*, error::*, fetch::*, port::*, seal::*, send::*,
    signer::*,
};
