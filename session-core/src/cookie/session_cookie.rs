//! What the session cookie may be: its name, and where a browser sends it.

use std::sync::Arc;

use super::{domain, seen};

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
#[doc(alias("same_site", "secure", "http_only"))]
pub struct SessionCookie {
    name: Arc<str>,
    pub(super) domain: Option<String>,
    pub(super) secure: bool,
    pub(super) strict: bool,
}

impl SessionCookie {
    /// `__Host-NAME`: sent to the host that set it and to no other, over TLS only. Browsers
    /// refuse such a cookie from a subdomain or a plain connection.
    ///
    /// ```
    /// # use session_core::{CookieError, SessionCookie};
    /// assert_eq!(SessionCookie::host("shop")?.name(), "__Host-shop");
    /// # Ok::<(), CookieError>(())
    /// ```
    pub fn host(name: &str) -> Result<Self, CookieError> {
        Self::named("__Host-", name)
    }

    /// `__Secure-NAME` with `Domain`: sent to every subdomain, over TLS only. Whoever runs one
    /// of them can read and replace the cookie; take [`SessionCookie::host`] where you can.
    ///
    /// After a change of the domain a browser can hold two: of those that a request shows, the only
    /// one that proves a live session counts (four are looked up at most; two live ones are none),
    /// and a log-in or log-out removes the others, as far as their domains can be known: the host
    /// itself, and what lies between it, this domain and its parents. One application below another,
    /// staging below production say, is better off with a name of its own, since it removes those too.
    ///
    /// ```
    /// # use session_core::{CookieError, SessionCookie};
    /// let shared = SessionCookie::domain("shop", "example.com")?;
    /// assert_eq!(shared.name(), "__Secure-shop");
    /// # Ok::<(), CookieError>(())
    /// ```
    ///
    /// # Errors
    /// When a browser would not take a cookie for the domain: an address, a top-level domain,
    /// something with a scheme, a port or a dot in front. That `co.uk` is no domain either only browsers know.
    pub fn domain(name: &str, domain: &str) -> Result<Self, CookieError> {
        if domain::cure(domain).is_some() {
            return Err(CookieError::Domain(domain.to_owned()));
        }
        let domain = Some(domain.to_ascii_lowercase());
        Ok(Self { domain, ..Self::named("__Secure-", name)? })
    }

    /// `NAME` without `Secure`, for development over plain http. On `localhost` Chromium and Firefox keep the default cookie over
    /// http too, Safari does not. Building with it is logged as a warning: anybody on the network can read and replace this cookie.
    ///
    /// ```
    /// # use session_core::{CookieError, SessionCookie};
    /// let cookie = match cfg!(debug_assertions) {
    ///     true => SessionCookie::insecure_for_development("shop")?,
    ///     false => SessionCookie::host("shop")?,
    /// };
    /// # Ok::<(), CookieError>(())
    /// ```
    pub fn insecure_for_development(name: &str) -> Result<Self, CookieError> {
        Ok(Self { secure: false, ..Self::named("", name)? })
    }

    /// With `SameSite=Strict`: not sent when a link on another site leads here, so that whoever
    /// follows one arrives logged out.
    ///
    /// ```
    /// # use session_core::{CookieError, SessionCookie};
    /// let admin = SessionCookie::host("admin")?.strict();
    /// # Ok::<(), CookieError>(())
    /// ```
    pub fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    /// The name that browsers see.
    ///
    /// ```
    /// # use session_core::{CookieError, SessionCookie};
    /// assert_eq!(SessionCookie::default().name(), "__Host-session");
    /// # Ok::<(), CookieError>(())
    /// ```
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

    /// The domains, beside its own, under which a browser that sends it to this host may hold cookies of
    /// its name, left over from another configuration. None is the host alone.
    pub(crate) fn leftovers(&self, host: Option<&str>) -> Vec<Option<String>> {
        let Some(own) = &self.domain else { return Vec::new() };
        let between = host.into_iter().flat_map(|host| domain::between(host, own));
        let names = between.chain(domain::parents(own));
        std::iter::once(None).chain(names.map(Some)).collect()
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
        if name.rsplit_once('.').is_some_and(|(_, end)| end.parse::<u8>().is_ok()) {
            return Err(CookieError::PartName(name.to_owned()));
        }
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

/// An error: the name or domain cannot be a cookie's.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CookieError {
    /// Not a token of RFC 9110, longer than 64 bytes, with a prefix of its own, or with the end
    /// `.seen` of the cookie that may lie beside a session's.
    #[error(
        "`{0}` is no cookie name: use 1 to 64 letters, digits, `-` or `_`, without the `__Host-` or `__Secure-` that is put before it"
    )]
    Name(String),
    /// What the second cookie is called that another session is spread over.
    #[error(
        "`{0}` is no cookie name: a session that is spread over several cookies numbers them like this; leave out the number at the end"
    )]
    PartName(String),
    /// Not a domain that browsers take cookies for.
    #[error("`{0}` is no domain for a cookie: {cure}", cure = domain::cure(.0).unwrap_or_default())]
    Domain(String),
}

crate::error_words::debug_in_words!(CookieError);

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
        for name in ["session.1", "session.2", "session.10", "a.b.1"] {
            assert_eq!(SessionCookie::host(name), Err(CookieError::PartName(name.to_owned())));
        }
        for name in ["session1", "session.a", "session-1", "1"] {
            assert!(SessionCookie::host(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_domain_that_no_browser_accepts_is_refused_with_the_cure() {
        for (domain, cure) in [
            ("", "`example.com`"),
            (".example.com", "leave out the dot in front"),
            ("example.com.", "leave out the dot at the end"),
            ("example..com", "two dots"),
            ("exa mple.com", "letters"),
            ("example.com; Path=/x", "leave out"),
            ("*.example.com", "letters"),
            ("https://example.com", "leave out the scheme"),
            ("example.com:443", "port"),
            ("example.com/", "path"),
            ("localhost", "top-level"),
            ("com", "top-level"),
            ("127.0.0.1", "address"),
            ("[::1]", "address"),
            ("::1", "address"),
            ("1.2", "address"),
            ("example.0x7f", "address"),
            ("bücher.example", "punycode"),
            (&format!("{}.com", "a".repeat(64)), "63"),
            (&format!("{}com", "a.".repeat(126)), "253"),
        ] {
            let refused = SessionCookie::domain("session", domain);
            assert_eq!(refused, Err(CookieError::Domain(domain.to_owned())));
            let error = refused.unwrap_err().to_string();
            assert!(error.contains(cure), "{error}");
        }
        for domain in ["example.com", "a.b.example.com", "xn--bcher-kva.example", "shop.localhost"]
        {
            assert!(SessionCookie::domain("session", domain).is_ok(), "{domain}");
        }
        let lower = SessionCookie::domain("session", "example.com");
        assert_eq!(SessionCookie::domain("session", "Example.COM"), lower);
    }

    #[test]
    fn leftovers_lie_between_the_host_the_domain_and_its_parents() {
        let cookie = SessionCookie::domain("session", "shop.example.com").unwrap();
        let leftovers = |host| {
            let all = cookie.leftovers(host).into_iter();
            all.map(Option::unwrap_or_default).collect::<Vec<_>>()
        };
        assert_eq!(leftovers(Some("shop.example.com")), ["", "example.com"]);
        assert_eq!(
            leftovers(Some("A.b.shop.example.com")),
            ["", "a.b.shop.example.com", "b.shop.example.com", "example.com"]
        );
        for elsewhere in [None, Some("10.0.0.7"), Some("myshop.example.com"), Some("a b")] {
            assert_eq!(leftovers(elsewhere), ["", "example.com"]);
        }
        assert!(SessionCookie::default().leftovers(Some("example.com")).is_empty());
    }
}
