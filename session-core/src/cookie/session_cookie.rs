//! What the session cookie may be: its name, and where a browser sends it.

use std::sync::Arc;

use super::seen;

/// Which cookie carries the token: its name, and where a browser sends it.
///
/// A contradiction cannot be written down: there is no `Domain` on a `__Host-` cookie, no path
/// but `/`, nothing readable by scripts, and no insecure cookie but the one that says so.
///
/// ```
/// # use session_core::SessionCookie;
/// let default = SessionCookie::default();                       // __Host-session, SameSite=Lax
/// let admin = SessionCookie::host("admin")?.strict();           // __Host-admin, SameSite=Strict
/// let shared = SessionCookie::domain("session", "example.com")?; // __Secure-session, on subdomains too
/// # Ok::<(), session_core::CookieError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCookie {
    name: Arc<str>,
    pub(super) domain: Option<String>,
    pub(super) secure: bool,
    pub(super) strict: bool,
}

impl SessionCookie {
    /// `__Host-NAME`: sent to the host that set it and to no other, over TLS only. Browsers
    /// refuse such a cookie from a subdomain or a plain connection.
    pub fn host(name: &str) -> Result<Self, CookieError> {
        Self::named("__Host-", name)
    }

    /// `__Secure-NAME` with `Domain`: sent to every subdomain, over TLS only. Whoever runs one
    /// of them can read and replace the cookie; take [`SessionCookie::host`] where you can.
    pub fn domain(name: &str, domain: &str) -> Result<Self, CookieError> {
        let labels = |domain: &str| {
            !domain.is_empty()
                && domain.split('.').all(|label| {
                    !label.is_empty()
                        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                })
        };
        if !labels(domain) {
            return Err(CookieError::Domain(domain.to_owned()));
        }
        Ok(Self { domain: Some(domain.to_owned()), ..Self::named("__Secure-", name)? })
    }

    /// `NAME` without `Secure`, for development over plain http on a host that is not
    /// `localhost` (where browsers take the default cookie over http too). Building with it is
    /// logged as a warning: anybody on the network can read and replace this cookie.
    pub fn insecure_for_development(name: &str) -> Result<Self, CookieError> {
        Ok(Self { secure: false, ..Self::named("", name)? })
    }

    /// With `SameSite=Strict`: not sent when a link on another site leads here, so that whoever
    /// follows one arrives logged out.
    pub fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    /// The name that browsers see.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shared_name(&self) -> &Arc<str> {
        &self.name
    }

    /// The domain that it is for, if it is for more than a host.
    pub(crate) fn domain_name(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// Whether it travels over TLS only.
    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    fn named(prefix: &str, name: &str) -> Result<Self, CookieError> {
        let is_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let reserved = name.to_ascii_lowercase();
        let reserved = reserved.starts_with("__host-") || reserved.starts_with("__secure-");
        let is_anothers = name.ends_with(seen::SUFFIX);
        if name.is_empty()
            || name.len() > 64
            || reserved
            || is_anothers
            || !name.bytes().all(is_token)
        {
            return Err(CookieError::Name(name.to_owned()));
        }
        let name = format!("{prefix}{name}").into();
        Ok(Self { name, domain: None, secure: true, strict: false })
    }
}

impl Default for SessionCookie {
    /// `__Host-session` with `Path=/; Secure; HttpOnly; SameSite=Lax` and nothing else.
    fn default() -> Self {
        Self::host("session").expect("`session` is a cookie name")
    }
}

/// This makes no cookie.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CookieError {
    /// Not a token of RFC 9110, longer than 64 bytes, with a prefix of its own, or with the end
    /// `.seen` of the cookie that may lie beside a session's.
    #[error(
        "`{0}` is no cookie name: use 1 to 64 letters, digits, `-` or `_`, without the `__Host-` or `__Secure-` that is put before it"
    )]
    Name(String),
    /// Not a host name.
    #[error("`{0}` is no domain: write it as `example.com`")]
    Domain(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_or_domain_that_says_something_else_is_refused() {
        for name in
            ["", "a b", "a;b", "a=b", "séance", "__Host-session", "__secure-x", "a\0", "a.seen"]
        {
            assert!(matches!(SessionCookie::host(name), Err(CookieError::Name(_))), "{name:?}");
        }
        for domain in ["", ".example.com", "example..com", "exa mple.com", "example.com; Path=/x"] {
            assert!(
                matches!(SessionCookie::domain("session", domain), Err(CookieError::Domain(_))),
                "{domain:?}"
            );
        }
    }
}
