//! The cookie jar: which cookies a browser keeps, and which it sends with a request (RFC 6265bis).

use std::time::{Duration, SystemTime};

use cookie::{Cookie, Expiration, SameSite};

use super::site::Site;

/// What browsers keep of a name and a value, in bytes.
const MAX_LENGTH: usize = 4096;
/// The longest that browsers keep a cookie.
const MAX_AGE: Duration = Duration::from_hours(400 * 24);

/// A request, as far as its cookies depend on it.
pub(super) struct Circumstances<'a> {
    pub(super) site: &'a Site,
    pub(super) path: &'a str,
    pub(super) initiator: Initiator,
    pub(super) now: SystemTime,
}

/// Who has a browser send a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Initiator {
    /// A page of the site itself, or the user.
    SameSite,
    /// A page of another site, which is left for this: a link, say.
    Link,
    /// A page of another site: a form, a script or an image of it.
    CrossSite { navigates: bool },
}

#[derive(Clone, Debug)]
struct Entry {
    name: String,
    value: String,
    domain: String,
    is_host_only: bool,
    path: String,
    is_secure: bool,
    same_site: SameSite,
    /// None: until the browser closes.
    expires: Option<SystemTime>,
}

/// The cookies of a browser.
#[derive(Clone, Debug, Default)]
pub(super) struct Jar(Vec<Entry>);

impl Jar {
    /// The value of the `Cookie` header, if there is one to be sent.
    pub(super) fn header(&self, request: &Circumstances<'_>) -> Option<String> {
        let mut sent: Vec<_> = self.0.iter().filter(|entry| entry.is_sent(request)).collect();
        sent.sort_by_key(|entry| std::cmp::Reverse(entry.path.len()));
        let pairs: Vec<_> =
            sent.iter().map(|entry| format!("{}={}", entry.name, entry.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The value of the first cookie of this name that a page of the site has.
    pub(super) fn value(&self, name: &str, site: &Site, now: SystemTime) -> Option<String> {
        let entry = self.0.iter().find(|entry| {
            entry.name == name && entry.is_of(&site.host) && !entry.has_expired(now)
        })?;
        Some(entry.value.clone())
    }

    /// Puts a cookie into the jar as a script would: for the host alone, until the browser closes.
    pub(super) fn set(&mut self, name: &str, value: &str, site: &Site) {
        self.keep(Entry {
            name: name.to_owned(),
            value: value.to_owned(),
            domain: site.host.clone(),
            is_host_only: true,
            path: "/".to_owned(),
            is_secure: false,
            same_site: SameSite::Lax,
            expires: None,
        });
    }

    /// Takes all cookies of this name out of it that a page of the site has.
    pub(super) fn remove(&mut self, name: &str, site: &Site) {
        self.0.retain(|entry| entry.name != name || !entry.is_of(&site.host));
    }

    /// Forgets what lasts until the browser closes.
    pub(super) fn close(&mut self) {
        self.0.retain(|entry| entry.expires.is_some());
    }

    /// Keeps what a response's `Set-Cookie` line says, unless a browser would not.
    pub(super) fn receive(&mut self, line: &str, request: &Circumstances<'_>) {
        let Some(entry) = Entry::parse(line, request) else { return };
        let Circumstances { site, now, .. } = request;
        let overlays_secure = !site.is_secure()
            && self.0.iter().any(|other| {
                other.is_secure && other.name == entry.name && other.is_of(&entry.domain)
            });
        if overlays_secure {
            return;
        }
        if entry.has_expired(*now) {
            self.0.retain(|other| !other.is_same(&entry));
        } else {
            self.keep(entry);
        }
    }

    fn keep(&mut self, entry: Entry) {
        match self.0.iter_mut().find(|other| other.is_same(&entry)) {
            Some(other) => *other = entry,
            None => self.0.push(entry),
        }
    }
}

impl Entry {
    /// The cookie of a `Set-Cookie` line; none if a browser would not keep it.
    fn parse(line: &str, request: &Circumstances<'_>) -> Option<Self> {
        let Circumstances { site, path, initiator, now } = request;
        let cookie = Cookie::parse(line).ok()?;
        let (name, value) = cookie.name_value();
        let is_secure = cookie.secure() == Some(true);
        let same_site = cookie.same_site().unwrap_or(SameSite::Lax);
        let domain =
            cookie.domain().map(str::to_ascii_lowercase).filter(|domain| !domain.is_empty());
        let is_restricted = *initiator == Initiator::CrossSite { navigates: false };
        if name.len() + value.len() > MAX_LENGTH
            || (is_secure && !site.is_secure())
            || (same_site == SameSite::None && !is_secure)
            || (same_site != SameSite::None && is_restricted)
        {
            return None;
        }
        let has_prefix = |prefix: &str| {
            name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if (has_prefix("__Secure-") && !is_secure)
            || (has_prefix("__Host-")
                && !(is_secure && domain.is_none() && cookie.path() == Some("/")))
        {
            return None;
        }
        let (domain, is_host_only) = match domain {
            None => (site.host.clone(), true),
            // A name without a dot is a public suffix.
            Some(domain) if !domain.contains('.') => {
                (domain == site.host).then_some((domain, true))?
            }
            Some(domain) => is_within(&site.host, &domain).then_some((domain, false))?,
        };
        let path = cookie
            .path()
            .filter(|path| path.starts_with('/'))
            .map_or_else(|| default_path(path).to_owned(), str::to_owned);
        Some(Self {
            name: name.to_owned(),
            value: value.to_owned(),
            domain,
            is_host_only,
            path,
            is_secure,
            same_site,
            expires: expires(&cookie, *now),
        })
    }

    fn is_sent(&self, request: &Circumstances<'_>) -> bool {
        let Circumstances { site, path, initiator, now } = request;
        self.is_of(&site.host)
            && self.covers(path)
            && (!self.is_secure || site.is_secure())
            && !self.has_expired(*now)
            && match initiator {
                Initiator::SameSite => true,
                Initiator::Link => self.same_site != SameSite::Strict,
                Initiator::CrossSite { .. } => self.same_site == SameSite::None,
            }
    }

    fn is_of(&self, host: &str) -> bool {
        self.domain == host || (!self.is_host_only && is_within(host, &self.domain))
    }

    fn covers(&self, path: &str) -> bool {
        path.strip_prefix(&*self.path).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/')
        })
    }

    fn has_expired(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    fn is_same(&self, other: &Self) -> bool {
        (&self.name, &self.domain, &self.path, self.is_host_only)
            == (&other.name, &other.domain, &other.path, other.is_host_only)
    }
}

/// When a cookie ends: `Max-Age` comes before `Expires`.
fn expires(cookie: &Cookie<'_>, now: SystemTime) -> Option<SystemTime> {
    if let Some(age) = cookie.max_age() {
        let age = Duration::try_from(age).unwrap_or(Duration::ZERO).min(MAX_AGE);
        return Some(now + age);
    }
    match cookie.expires()? {
        Expiration::Session => None,
        Expiration::DateTime(moment) => Some(SystemTime::from(moment).min(now + MAX_AGE)),
    }
}

/// Whether a host is a domain or lies below it.
fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The path of a cookie that names none: the folder of the page.
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(end) => &path[..end],
    }
}

#[cfg(test)]
mod tests;
