//! The wall between C and Rust: what happens inside an extern function comes out as a status.
#![forbid(unsafe_code)]

use super::status::{IOTCRED_OK, code, iotcred_status};
use crate::error::Status;

/// Runs the body of an extern function. With an operating system a panic becomes `IOTCRED_ERR_INTERNAL`; without one it goes to the panic
/// hook and does not return.
pub(super) fn guard(body: impl FnOnce() -> Result<(), Status>) -> iotcred_status {
    match run(body) {
        Ok(()) => IOTCRED_OK,
        Err(status) => code(status),
    }
}

/// Runs `body`; where panics unwind, a panic becomes `Status::Internal`.
pub(super) fn run<T>(body: impl FnOnce() -> Result<T, Status>) -> Result<T, Status> {
    #[cfg(feature = "std")]
    {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).unwrap_or(Err(Status::Internal))
    }
    #[cfg(not(feature = "std"))]
    {
        body()
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use crate::ffi::status::IOTCRED_ERR_INTERNAL;

    #[test]
    fn a_panic_becomes_a_status() {
        assert_eq!(guard(|| panic!("as a test")), IOTCRED_ERR_INTERNAL);
    }

    #[test]
    fn an_error_becomes_its_number() {
        assert_eq!(guard(|| Err(Status::Region)), code(Status::Region));
        assert_eq!(guard(|| Ok(())), IOTCRED_OK);
    }
}
