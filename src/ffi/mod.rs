//! The C ABI: the only place with `unsafe`, `extern "C"` and `no_mangle`. `include/iotcred.h` is generated from here.
//!
//! An extern function has four moves: guard, check the pointers, call one safe function, write the outputs.
#![allow(unsafe_code)]

mod about;
#[cfg(iotcred_archive)]
mod archive;
mod guard;
#[cfg(all(iotcred_archive, not(feature = "std")))]
mod panic_hook;
mod sign;
mod status;
mod types;

#[cfg(feature = "client")]
mod config;
#[cfg(feature = "client")]
mod credentials;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod fetch;
#[cfg(feature = "client")]
mod port;
#[cfg(feature = "client")]
mod send;

pub use about::*;
pub use sign::*;
pub use status::*;
pub use types::*;

#[cfg(feature = "client")]
pub use {config::*, credentials::*, error::*, fetch::*, port::*, send::*};
