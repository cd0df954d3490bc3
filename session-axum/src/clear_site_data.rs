//! Asking a browser to forget the site at a log-out.

use std::convert::Infallible;

use axum_core::response::{IntoResponseParts, ResponseParts};
use http::HeaderValue;
use http::header::HeaderName;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// `Clear-Site-Data: "cache", "cookies", "storage"`: part of a log-out's response that has the
/// browser forget all it keeps of this site, for a log-out on somebody else's machine.
///
/// The session itself is ended by [`Session::destroy`](crate::Session::destroy), whatever the browser does.
/// `"cookies"` deletes all cookies of the registered domain, its subdomains included: those of other applications
/// too. A browser would also forget what the same response sets, so `"cookies"` is left out where that has a new session
/// cookie: after `destroy`, what the handler sets (a farewell message) begins a new session, whose
/// cookie takes the place of the former one. Browsers heed the header over TLS only, and may take a while.
///
/// ```
/// # use axum::response::Redirect;
/// # use session_axum::{ClearSiteData, Session, require_session, session};
/// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
/// #[require_session(authenticated)]
/// async fn log_out(session: &mut Session<Shop>) -> (ClearSiteData, Redirect) {
///     session.destroy();
///     (ClearSiteData, Redirect::to("/"))
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[doc(alias("log_out"))]
pub struct ClearSiteData;

impl IntoResponseParts for ClearSiteData {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        let all = HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"");
        response.headers_mut().insert(CLEAR_SITE_DATA, all);
        Ok(response)
    }
}
