//! Step 1: the canonical request.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request>
#![forbid(unsafe_code)]

use super::Request;
use super::canonical_headers::SignedHeaders;
use super::query::canonical_query;
use super::sink::Sink;
use super::sort::Order;
use super::uri::canonical_path;

/// Writes the canonical request: method, path, query, headers, their names, and the payload's hash, a line feed after each but the last.
#[inline(always)]
pub fn put_canonical_request<S: Sink + ?Sized>(
    request: &Request<'_>,
    headers: &SignedHeaders<'_>,
    order: &mut Order,
    sink: &mut S,
) {
    put_target(request, sink);
    canonical_query(request.query, request.options.form, order, sink);
    put_headers(headers, order, sink);
}

/// Writes what comes before the query.
#[inline(always)]
pub fn put_target<S: Sink + ?Sized>(request: &Request<'_>, sink: &mut S) {
    sink.put(request.method);
    sink.put(b"\n");
    canonical_path(request.path, request.options.form, request.path_rules(), sink);
    sink.put(b"\n");
}

/// Writes what comes after the query.
pub fn put_headers<S: Sink + ?Sized>(headers: &SignedHeaders<'_>, order: &mut Order, sink: &mut S) {
    sink.put(b"\n");
    headers.put_canonical(order, sink);
    sink.put(b"\n");
    headers.put_names(order, sink);
    sink.put(b"\n");
    let [payload_hash, ..] = headers.own;
    sink.put(payload_hash)
}
