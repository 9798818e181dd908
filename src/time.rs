//! Dates: Unix seconds, and the three forms in which AWS writes them.
#![forbid(unsafe_code)]

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(pub i64);
