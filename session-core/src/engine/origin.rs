//! An origin, as browsers spell it, and the host that a request was sent to.

use http::Uri;
use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;

/// Not an origin as a browser sends it.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{origin}` is no origin as browsers send it: {cure}")]
pub struct OriginError {
    origin: String,
    cure: String,
}

crate::error_words::debug_in_words!(OriginError);

/// Checks that an origin is spelled as browsers spell it.
pub(super) fn check(origin: &str) -> Result<(), OriginError> {
    spelling(origin).map_err(|cure| OriginError { origin: origin.to_owned(), cure })
}

/// Answers what to write instead, if it is to be spelled otherwise.
fn spelling(origin: &str) -> Result<(), String> {
    if origin.eq_ignore_ascii_case("null") {
        return Err(
            "anybody can have a page whose origin is `null`; have your page send its own".into()
        );
    }
    if origin.contains('*') {
        return Err("there are no wildcards; call `.trusted_origin(…)` for each".into());
    }
    if !origin.is_ascii() {
        return Err("write its name in punycode, `https://xn--…`".into());
    }
    let Some((scheme, _)) = origin.split_once("://") else {
        return Err(format!("begin with the scheme, as in `https://{origin}`"));
    };
    let scheme = scheme.to_ascii_lowercase();
    let default = default_port(&scheme);
    let uri = origin.parse::<Uri>().ok();
    let (Some(default), Some(authority)) = (default, uri.as_ref().and_then(Uri::authority)) else {
        return Err("write `https://app.example.com` or `https://app.example.com:8443`".into());
    };
    let host = authority.host().to_ascii_lowercase();
    let right = match authority.port_u16().filter(|port| *port != default) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    };
    if right == origin { Ok(()) } else { Err(format!("write `{right}`")) }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// An origin that a request names.
pub(super) struct Origin {
    authority: Authority,
    default_port: u16,
}

impl Origin {
    pub(super) fn parse(origin: &[u8]) -> Option<Self> {
        let (scheme, authority) = str::from_utf8(origin).ok()?.split_once("://")?;
        let authority = authority.parse().ok().filter(has_no_user)?;
        Some(Self { authority, default_port: default_port(scheme)? })
    }

    /// Whether its host and port are those that the request was sent to; a default port may be
    /// left out. Its scheme is not looked at: behind a proxy nobody here knows it.
    pub(super) fn is_of(&self, request: &Authority) -> bool {
        let port = |authority: &Authority| authority.port_u16().unwrap_or(self.default_port);
        self.is_on_host_of(request) && port(&self.authority) == port(request)
    }

    pub(super) fn is_on_host_of(&self, request: &Authority) -> bool {
        self.authority.host().eq_ignore_ascii_case(request.host())
    }

    /// Whether both hosts lie in this domain.
    pub(super) fn shares(&self, domain: &str, request: &Authority) -> bool {
        is_in(self.authority.host(), domain) && is_in(request.host(), domain)
    }

    /// Whether the last two labels of both names are the same: then they are one site, unless one
    /// can register names below these.
    pub(super) fn shares_two_labels(&self, request: &Authority) -> bool {
        let domain = |host: &str| {
            let mut labels = host.rsplit('.');
            let (last, before) = (labels.next()?, labels.next()?);
            let is_name = last.bytes().any(|byte| byte.is_ascii_alphabetic());
            is_name.then(|| format!("{before}.{last}").to_ascii_lowercase())
        };
        domain(self.authority.host())
            .is_some_and(|mine| domain(request.host()).is_some_and(|theirs| mine == theirs))
    }
}

/// Whether a host is this domain or lies in it.
fn is_in(host: &str, domain: &str) -> bool {
    let Some(start) = host.len().checked_sub(domain.len()) else { return false };
    let (before, end) = host.as_bytes().split_at(start);
    end.eq_ignore_ascii_case(domain.as_bytes()) && (before.is_empty() || before.ends_with(b"."))
}

fn has_no_user(authority: &Authority) -> bool {
    !authority.as_str().contains('@')
}

/// The host and port that a request was sent to: HTTP/2's `:authority`, or else `Host`.
pub(super) fn requested(parts: &Parts) -> Option<Authority> {
    let authority = match parts.uri.authority() {
        Some(authority) => Some(authority.clone()),
        None => Authority::try_from(parts.headers.get(HOST)?.as_bytes()).ok(),
    };
    authority.filter(has_no_user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_refused_with_its_right_spelling() {
        for right in [
            "https://app.example.com",
            "http://app.example.com",
            "https://app.example.com:8443",
            "http://localhost:3000",
            "http://app.example.com:443",
            "https://[::1]:3000",
            "https://xn--bcher-kva.example",
        ] {
            assert_eq!(check(right), Ok(()));
        }
        for (wrong, cure) in [
            ("https://app.example.com/", "write `https://app.example.com`"),
            ("https://app.example.com/path?a=b#c", "write `https://app.example.com`"),
            ("https://App.Example.com", "write `https://app.example.com`"),
            ("HTTPS://app.example.com", "write `https://app.example.com`"),
            ("https://app.example.com:443", "write `https://app.example.com`"),
            ("http://app.example.com:80", "write `http://app.example.com`"),
            ("https://app.example.com:", "write `https://app.example.com`"),
            ("https://ann@app.example.com", "write `https://app.example.com`"),
            ("https://ann:secret@app.example.com:8443", "write `https://app.example.com:8443`"),
            ("app.example.com", "begin with the scheme, as in `https://app.example.com`"),
            ("https://bücher.example", "punycode"),
            ("https://*.example.com", "no wildcards"),
            ("*", "no wildcards"),
            ("null", "its own"),
            ("ftp://app.example.com", "write `https://app.example.com`"),
            ("https://", "write `https://app.example.com`"),
            ("https://a b", "write `https://app.example.com`"),
            ("", "begin with the scheme"),
        ] {
            let error = check(wrong).unwrap_err().to_string();
            assert!(error.contains(&format!("`{wrong}`")) && error.contains(cure), "{error}");
        }
    }
}
