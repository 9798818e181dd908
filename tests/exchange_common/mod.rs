//! A server in the same process, behind a fake transport with a fake clock: what a call over the network meets, without the network.

pub mod call;
pub mod mutation;
pub mod pki;
pub mod server;
