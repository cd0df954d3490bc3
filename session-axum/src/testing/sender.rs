//! Who sends a request, and what that says of itself.

use http::header::{ACCEPT, HOST, ORIGIN};
use http::{HeaderName, HeaderValue, Method};

use super::jar::Initiator;
use super::site::Site;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Who sends a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Sender {
    page: Page,
    is_navigating: bool,
}

/// The page that a request comes from.
#[derive(Clone, Debug, Default)]
pub(super) enum Page {
    /// One of the application.
    #[default]
    Own,
    /// One of another site.
    OtherSite(Site),
    /// None: it is no browser that sends it.
    None,
}

impl Sender {
    pub(super) fn on_page(self, page: Page) -> Self {
        Self { page, ..self }
    }

    /// The page is left for what is asked for.
    pub(super) fn navigating(self) -> Self {
        Self { is_navigating: true, ..self }
    }

    /// What it says of itself in a request to this site.
    pub(super) fn headers(&self, to: &Site, method: &Method) -> Vec<(HeaderName, HeaderValue)> {
        let value = |text: &str| HeaderValue::try_from(text).expect("a site was parsed");
        let mut headers = vec![(HOST, value(&to.authority))];
        let (relation, page) = match &self.page {
            Page::Own => ("same-origin", to),
            Page::OtherSite(page) => ("cross-site", page),
            Page::None => return headers,
        };
        let is_fetched = matches!(self.page, Page::OtherSite(_)) && !self.is_navigating;
        if is_fetched || !matches!(*method, Method::GET | Method::HEAD) {
            headers.push((ORIGIN, value(&page.origin)));
        }
        let (mode, destination, accept) = if self.is_navigating {
            ("navigate", "document", "text/html,application/xhtml+xml,*/*;q=0.8")
        } else {
            ("cors", "empty", "*/*")
        };
        // Browsers send them to those alone that they trust with it.
        if to.is_secure() {
            headers.push((SEC_FETCH_SITE, value(relation)));
            headers.push((SEC_FETCH_MODE, value(mode)));
            headers.push((SEC_FETCH_DEST, value(destination)));
        }
        headers.push((ACCEPT, value(accept)));
        headers
    }

    /// What that is to the cookies.
    pub(super) fn initiator(&self, method: &Method) -> Initiator {
        let is_safe = matches!(*method, Method::GET | Method::HEAD);
        match self.page {
            Page::Own | Page::None => Initiator::SameSite,
            Page::OtherSite(_) if self.is_navigating && is_safe => Initiator::Link,
            Page::OtherSite(_) => Initiator::CrossSite { navigates: self.is_navigating },
        }
    }
}
