//! MQTT over WebSocket, as AWS IoT wants it: a presigned URL whose session token stands after the signature.
//!
//! <https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html#mqtt-ws>
#![forbid(unsafe_code)]

use super::presign::is_host;
use super::text::unmerged;
use super::{Error, Header, KeyCache, Options, Payload, Presign, Request, Scheme, Url};
use crate::credentials::Credentials;
use crate::error::Status;
use crate::time::UnixTime;

/// A connection to AWS IoT.
#[derive(Clone, Copy)]
pub struct MqttWss<'a> {
    /// The data endpoint: a host name, perhaps with a port.
    pub endpoint: &'a [u8],
    /// The region, such as `eu-central-1`.
    pub region: &'a [u8],
    /// When the URL begins to be valid.
    pub time: UnixTime,
    /// How long it is valid, in seconds.
    pub expires: u32,
}

impl MqttWss<'_> {
    /// Writes the `wss://` URL into `buffer`, from its front. On an error `buffer` is as it was.
    pub fn url(
        &self,
        credentials: &Credentials<'_>,
        cache: Option<&mut KeyCache>,
        buffer: &mut [u8],
    ) -> Result<Url, Error> {
        if !is_host(self.endpoint) {
            return Err(Status::Endpoint.into());
        }
        let host = [Header {
            name: unmerged(b"host/"),
            value: self.endpoint,
        }];
        let request = Request {
            method: b"GET",
            path: b"/mqtt",
            query: b"",
            headers: &host,
            payload: Payload::Bytes(b""),
            region: self.region,
            service: unmerged(b"iotdevicegateway/"),
            time: self.time,
            options: Options::default(),
        };
        let presign = Presign {
            request: &request,
            scheme: Scheme::Wss,
            expires: self.expires,
            append_token: true,
        };
        presign.url(credentials, cache, buffer)
    }
}
