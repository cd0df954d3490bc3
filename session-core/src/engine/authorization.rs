//! The `Authorization` header: which requests show a bearer token, and not a cookie.

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderValue};

use crate::cookie::read::Cookies;
use crate::crypto::token::{Token, Transport};
use crate::engine::event::Ignored;
use crate::engine::policy::Policy;

/// What a request shows in `Authorization`.
pub(crate) enum Authorization {
    /// Nothing that is meant for sessions: no header, another scheme.
    Absent,
    /// A token. Whether it proves a session the store knows.
    Token(Token),
    /// What has the form of a token, and no signature of ours.
    Forged,
    /// Two headers, or one that holds no token: as if there were none.
    Fault(Ignored),
}

impl Authorization {
    /// What these headers show, where sessions have bearer tokens.
    pub(crate) fn read(policy: &Policy, headers: &HeaderMap) -> Self {
        if !policy.bearer_tokens {
            return Self::Absent;
        }
        let mut lines = headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        let (Some(line), second) = (lines.next(), lines.next()) else { return Self::Absent };
        if let Some(second) = second {
            let is_shown =
                [line, second].into_iter().chain(lines).any(|line| token(line).is_some());
            return if is_shown { Self::Fault(Ignored::Repeated) } else { Self::Absent };
        }
        let Some(value) = token(line) else { return Self::Absent };
        match policy.sealer.decode_token(value, Transport::Bearer) {
            // Whatever key has signed it: its client cannot be told another signature.
            Ok((token, _)) => Self::Token(token),
            Err(Ignored::Forged) => Self::Forged,
            Err(reason) => Self::Fault(reason),
        }
    }
}

/// Whether a request shows a bearer token and no cookie of the session's. No page can have a browser send such a
/// request to another site, unless that permits it (CORS); and no browser sends it by itself.
pub(crate) fn shows_bearer_token(policy: &Policy, headers: &HeaderMap) -> bool {
    let authorization = Authorization::read(policy, headers);
    matches!(authorization, Authorization::Token(_) | Authorization::Forged)
        && Cookies::read(headers, policy.cookie.name())
            .is_ok_and(|cookies| cookies.presented() == 0)
}

/// What follows the scheme `Bearer`, if that is the scheme (RFC 6750, 2.1): its case does not matter.
fn token(line: &[u8]) -> Option<&[u8]> {
    const SCHEME: &[u8] = b"bearer";
    let (scheme, rest) = line.split_at_checked(SCHEME.len())?;
    let is_bearer = scheme.eq_ignore_ascii_case(SCHEME);
    match rest {
        [] => is_bearer.then_some(rest),
        [b' ', ..] => is_bearer.then_some(rest.trim_ascii()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_is_bearer_in_any_case_and_no_other() {
        for line in ["Bearer abc", "bearer abc", "BEARER abc", "bEaReR   abc"] {
            assert_eq!(token(line.as_bytes()), Some(&b"abc"[..]), "{line}");
        }
        for line in ["Bearer", "Bearer "] {
            assert_eq!(token(line.as_bytes()), Some(&b""[..]), "{line}");
        }
        for line in
            ["", "Basic abc", "abc", "Bearerabc", "Bearer\tabc", "Bearer,abc", " Bearer abc"]
        {
            assert_eq!(token(line.as_bytes()), None, "{line}");
        }
    }
}
