//! What is told by an error's name and words alone: clock, region, service, credentials, policy.
#![forbid(unsafe_code)]

use super::answer::{Answer, Text};
use super::cause::{Evidence, Finding, Told};
use super::{Cause, Line, Subject};

/// What an error is known by.
enum By {
    Code(&'static [u8]),
    Words(&'static [u8]),
}

/// The first that holds tells. Codes and words are those of S3, the JSON services, the Query services and API Gateway.
const KNOWN: [(By, Cause); 31] = [
    (By::Code(b"RequestTimeTooSkewed"), Cause::Clock),
    (By::Code(b"RequestExpired"), Cause::Clock),
    (By::Words(b"Signature expired"), Cause::Clock),
    (By::Words(b"Signature not yet current"), Cause::Clock),
    (By::Words(b"Request has expired"), Cause::UrlExpired),
    (By::Code(b"ExpiredToken"), Cause::TokenExpired),
    (By::Code(b"ExpiredTokenException"), Cause::TokenExpired),
    (
        By::Words(b"token included in the request is expired"),
        Cause::TokenExpired,
    ),
    (By::Code(b"InvalidAccessKeyId"), Cause::AccessKeyId),
    (By::Code(b"InvalidToken"), Cause::TokenInvalid),
    (By::Code(b"InvalidClientTokenId"), Cause::TokenInvalid),
    (By::Code(b"UnrecognizedClientException"), Cause::TokenInvalid),
    (
        By::Words(b"token included in the request is invalid"),
        Cause::TokenInvalid,
    ),
    (By::Words(b"scoped to a valid region"), Cause::Region),
    (By::Words(b"scoped to a valid Region"), Cause::Region),
    (By::Words(b"the region '"), Cause::Region),
    (By::Words(b"scoped to correct service"), Cause::Service),
    (By::Words(b"ncorrect service \""), Cause::Service),
    (By::Code(b"XAmzContentSHA256Mismatch"), Cause::Payload),
    (By::Code(b"MissingAuthenticationToken"), Cause::Unsigned),
    (By::Code(b"MissingAuthenticationTokenException"), Cause::Unsigned),
    (By::Code(b"MissingSecurityHeader"), Cause::Unsigned),
    (By::Code(b"IncompleteSignature"), Cause::Unsigned),
    (By::Code(b"IncompleteSignatureException"), Cause::Unsigned),
    (By::Words(b"Missing Authentication Token"), Cause::Unsigned),
    (By::Code(b"AccessDenied"), Cause::Permission),
    (By::Code(b"AccessDeniedException"), Cause::Permission),
    (By::Code(b"UnauthorizedOperation"), Cause::Permission),
    (By::Code(b"UnauthorizedException"), Cause::Permission),
    (By::Words(b"is not authorized to perform"), Cause::Permission),
    (By::Words(b"not authorized to access this resource"), Cause::Permission),
];

impl<'a> Subject<'a> {
    /// What an answer tells that does not hold the texts.
    pub(super) fn by_words(&self, answer: &Answer<'a>, timestamp: &'a [u8; 16]) -> Finding<'a> {
        let (code, message) = (answer.code(), answer.message());
        let holds = |by: &By| match by {
            By::Code(name) => code.as_ref().is_some_and(|code| code.is(name)),
            By::Words(words) => message.as_ref().is_some_and(|message| message.has(words)),
        };
        let known = KNOWN.iter().find(|(by, _)| holds(by));
        let cause = self.with_identity(known.map_or(Cause::Unknown, |(_, cause)| *cause));
        let told = |line, name, signed: &'a [u8], server| {
            Evidence::Told(Told {
                line,
                name,
                signed: Text::plain(signed),
                server,
            })
        };
        let evidence = match cause {
            Cause::Clock => told(Line::Date, b"", timestamp, server_time(answer)),
            Cause::Region => told(Line::Scope, b"region", self.request.region, region(answer)),
            Cause::Service => told(Line::Scope, b"service", self.request.service, service(answer)),
            Cause::Payload => match answer.element("ClientComputedContentSHA256>") {
                Some(signed) => Evidence::Told(Told {
                    line: Line::PayloadHash,
                    name: b"",
                    signed,
                    server: answer.element("S3ComputedContentSHA256>"),
                }),
                None => Evidence::Words,
            },
            _ => Evidence::Words,
        };
        Finding { cause, evidence }
    }

    /// What an unknown key or token means with these credentials: a temporary access key id (`ASIA...`) is unknown without its token.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
    fn with_identity(&self, cause: Cause) -> Cause {
        let temporary = matches!(self.credentials.access_key_id, [b'A', b'S', b'I', b'A', ..]);
        match cause {
            Cause::AccessKeyId | Cause::TokenInvalid if !self.credentials.session_token.is_empty() => cause,
            Cause::AccessKeyId | Cause::TokenInvalid if temporary => Cause::TokenMissing,
            Cause::TokenInvalid => Cause::AccessKeyId,
            cause => cause,
        }
    }
}

/// The server's clock, in its own words.
pub fn server_time<'a>(answer: &Answer<'a>) -> Option<Text<'a>> {
    let behind_limit = || {
        let message = answer.message()?;
        let words = message
            .after(b"is now earlier than")
            .or_else(|| message.after(b"is still later than"))?;
        Some(words.after(b"(")?.until(|byte| byte == b' '))
    };
    answer.element("ServerTime>").or_else(behind_limit)
}

fn region<'a>(answer: &Answer<'a>) -> Option<Text<'a>> {
    let expected = || Some(answer.message()?.after(b"expecting '")?.until(|byte| byte == b'\''));
    answer.element("Region>").or_else(expected)
}

fn service<'a>(answer: &Answer<'a>) -> Option<Text<'a>> {
    let message = answer.message()?;
    let scoped = message
        .after(b"correct service: '")
        .map(|name| name.until(|byte| byte == b'\''));
    scoped.or_else(|| Some(message.after(b"belongs to \"")?.until(|byte| byte == b'"')))
}
