//! The site that a client is on: scheme and host of each of its requests.

use http::Uri;

/// The origin of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    /// As browsers write it in `Origin`.
    pub(super) origin: String,
    /// Host and port, as `Host` has them.
    pub(super) authority: String,
    /// In lower case, without the port.
    pub(super) host: String,
    is_https: bool,
}

impl Site {
    /// Of `https://shop.example`, with or without a port.
    #[track_caller]
    pub(super) fn parse(url: &str) -> Self {
        Self::of(url)
            .unwrap_or_else(|| panic!("`{url}` is no origin, as `https://shop.example` is"))
    }

    fn of(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let is_https = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority()?;
        let host = authority.host().to_ascii_lowercase();
        let default = if is_https { 443 } else { 80 };
        let authority = match authority.port_u16().filter(|port| *port != default) {
            Some(port) => format!("{host}:{port}"),
            None => host.clone(),
        };
        let scheme = if is_https { "https" } else { "http" };
        Some(Self { origin: format!("{scheme}://{authority}"), authority, host, is_https })
    }

    /// Whether browsers send and keep `Secure` cookies here: over https, and on this machine.
    pub(super) fn is_secure(&self) -> bool {
        let is_local = matches!(&*self.host, "localhost" | "127.0.0.1" | "[::1]");
        self.is_https || is_local || self.host.ends_with(".localhost")
    }

    /// The path and query that `Location` leads to from this path; none if that is another site.
    pub(super) fn resolve(&self, from: &str, location: &str) -> Option<String> {
        let location = location.split('#').next().unwrap_or_default();
        let absolute = match location.strip_prefix("//") {
            Some(_) => Some(format!("{}:{location}", if self.is_https { "https" } else { "http" })),
            None => location.contains("://").then(|| location.to_owned()),
        };
        if let Some(absolute) =
            absolute.filter(|_| !location.starts_with(['/', '?']) || location.starts_with("//"))
        {
            let (site, uri) = (Self::of(&absolute)?, absolute.parse::<Uri>().ok()?);
            let path = uri.path_and_query().map_or("/", |path| path.as_str());
            return (site == *self).then(|| path.to_owned());
        }
        let path = from.split('?').next().unwrap_or_default();
        Some(match location.chars().next() {
            None => from.to_owned(),
            Some('/') => location.to_owned(),
            Some('?') => format!("{path}{location}"),
            Some(_) => {
                let folder = path.rfind('/').map_or("/", |end| &path[..=end]);
                format!("{folder}{location}")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_port_is_no_part_of_an_origin() {
        let site = Site::parse("https://Shop.example:443");
        assert_eq!((&*site.origin, &*site.authority), ("https://shop.example", "shop.example"));
        assert_eq!(Site::parse("http://shop.example:8080").authority, "shop.example:8080");
    }

    #[test]
    fn a_location_is_resolved_as_browsers_do() {
        let site = Site::parse("https://shop.example");
        for (location, expected) in [
            ("/cart", Some("/cart")),
            ("/login?next=https://shop.example/", Some("/login?next=https://shop.example/")),
            ("tea#top", Some("/shelf/tea")),
            ("?page=2", Some("/shelf/list?page=2")),
            ("", Some("/shelf/list?page=1")),
            ("https://shop.example:443/cart?a=1", Some("/cart?a=1")),
            ("//shop.example", Some("/")),
            ("http://shop.example/cart", None),
            ("//other.example/", None),
            ("mailto:shop@shop.example", Some("/shelf/mailto:shop@shop.example")),
        ] {
            let resolved = site.resolve("/shelf/list?page=1", location);
            assert_eq!(resolved.as_deref(), expected, "{location}");
        }
    }
}
