//! What the library says about itself: its version, and the words for a status.

use super::status::{self, iotcred_status};
use core::ffi::c_char;

/// The number of this header's ABI. A header of another number than the archive's does not link.
pub const IOTCRED_ABI: u32 = 1;

/// Present in the archive when it was built from this header's ABI.
#[unsafe(no_mangle)]
pub static iotcred_abi_1: u8 = 1;

/// Says which version of the library is linked.
///
/// Ownership: the string is static, ends in NUL and is never NULL.
/// Threads: any.
/// Example: `printf("iotcred %s\n", iotcred_version());`
#[unsafe(no_mangle)]
pub extern "C" fn iotcred_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Says in a few words what a status means.
///
/// `status`: in; any number.
/// Ownership: the string is static, ends in NUL and is never NULL; for a number that is none of ours it is "unknown status".
/// Threads: any.
/// Example: `fprintf(stderr, "%s\n", iotcred_status_str(status));`
#[unsafe(no_mangle)]
pub extern "C" fn iotcred_status_str(status: iotcred_status) -> *const c_char {
    status::name(status).unwrap_or(c"unknown status").as_ptr()
}

/// Says what to do about a status: one sentence that names what to change, and where.
///
/// `status`: in; any number.
/// Ownership: the string is static, ends in NUL and is never NULL; empty for success.
/// Threads: any.
/// Example: `fprintf(stderr, "%s\n", iotcred_status_hint(status));`
#[unsafe(no_mangle)]
pub extern "C" fn iotcred_status_hint(status: iotcred_status) -> *const c_char {
    status::hint(status)
        .unwrap_or(c"This status comes from another version of iotcred than its header.")
        .as_ptr()
}
