//! The domains of cookies: which of them browsers take, and which lie around one.

use std::net::IpAddr;

/// What is wrong with a domain for a cookie, if anything, and what to do about it.
pub(super) fn cure(domain: &str) -> Option<&'static str> {
    let last = domain.rsplit('.').next().unwrap_or_default();
    // As browsers tell addresses from names: by the end.
    let is_number = |label: &str| {
        let label = label.strip_prefix("0x").unwrap_or(label);
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let ends_in_number = last.starts_with(|first: char| first.is_ascii_digit()) && is_number(last);
    let is_address = domain.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() || ends_in_number;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    Some(match domain {
        "" => "write it as `example.com`",
        _ if is_address => {
            "cookies of an address go to that address alone: use `SessionCookie::host(…)`"
        }
        _ if domain.contains([':', '/', '?', '#', '@', ';']) => {
            "leave out the scheme, the port, the path and whatever is not the name"
        }
        _ if domain.starts_with('.') => "leave out the dot in front",
        _ if domain.ends_with('.') => "leave out the dot at the end",
        _ if !domain.is_ascii() => "write it in punycode, as browsers send it: `xn--….example`",
        _ if !domain.bytes().all(is_name) => "it has letters, digits, hyphens and dots only",
        _ if domain.contains("..") => "there are two dots in a row",
        _ if domain.len() > 253 => "it has 253 bytes at most",
        _ if domain.split('.').any(|label| label.len() > 63) => {
            "what lies between two dots has 63 bytes at most"
        }
        _ if !domain.contains('.') => {
            "browsers take no cookie for a whole top-level domain: name one below it, or use `SessionCookie::host(…)`"
        }
        _ => return None,
    })
}

/// The most domains that are named between a host and a domain.
const MAX_BETWEEN: usize = 4;

/// A host in this domain, and what lies between them.
pub(super) fn between(host: &str, domain: &str) -> impl Iterator<Item = String> {
    let host = host.to_ascii_lowercase();
    let is_inside = cure(&host).is_none()
        && host.strip_suffix(domain).is_some_and(|before| before.ends_with('.'));
    let first = is_inside.then_some(host);
    let domain = domain.to_owned();
    std::iter::successors(first, |host| parent(host))
        .take_while(move |host| *host != domain)
        .take(MAX_BETWEEN)
}

/// The domains that a domain lies in, without top-level ones.
pub(super) fn parents(domain: &str) -> impl Iterator<Item = String> {
    std::iter::successors(parent(domain), |domain| parent(domain))
}

fn parent(domain: &str) -> Option<String> {
    let (_, parent) = domain.split_once('.')?;
    parent.contains('.').then(|| parent.to_owned())
}
