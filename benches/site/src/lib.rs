//! An application in this process, and a browser that has a session there.

mod routes;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use axum::http::{Request, Response, StatusCode, Uri};
use session_axum::{Builder, Handle, Sessions, Store};
use tower::ServiceExt as _;

pub use routes::{Shop, routes};

/// The application, and the cookie of a session there.
#[derive(Debug)]
pub struct Site {
    router: Router,
    /// Its sessions.
    pub sessions: Sessions<Shop>,
    /// The cookie of one of them.
    pub cookie: HeaderValue,
}

impl Site {
    /// With one session.
    pub async fn new(builder: Builder<Shop>) -> Self {
        Self::with(Router::new(), builder).await
    }

    /// The same, kept in this store.
    pub async fn on(store: impl Store) -> Self {
        Self::new(Sessions::builder(store)).await
    }

    /// The same, with more routes.
    pub async fn with(more: Router<Sessions<Shop>>, builder: Builder<Shop>) -> Self {
        let sessions = builder.without_cleaner().build().expect("the options are sound");
        let router = more.merge(routes()).with_state(sessions.clone());
        let mut site = Self { router, sessions, cookie: HeaderValue::from_static("") };
        site.cookie = cookie(site.ask("/begin", None).await.headers());
        site
    }

    /// The cookie of a session of visitor `n`.
    pub async fn begin_as(&self, n: u64) -> HeaderValue {
        let path = format!("/begin/{n}").parse().expect("it is a path");
        cookie(self.ask_for(path, None).await.headers())
    }

    /// The session's handle.
    pub async fn handle(&self) -> Handle {
        let body = self.ask("/handle", Some(&self.cookie)).await.into_body();
        let body = to_bytes(body, 100).await.expect("the body comes to an end");
        let text = std::str::from_utf8(&body).expect("a handle is in ASCII");
        text.parse().expect("it is a handle")
    }

    /// Asks for `path` with this `Cookie` header.
    pub async fn ask(&self, path: &'static str, cookie: Option<&HeaderValue>) -> Response<Body> {
        self.ask_for(Uri::from_static(path), cookie).await
    }

    async fn ask_for(&self, path: Uri, cookie: Option<&HeaderValue>) -> Response<Body> {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = path;
        if let Some(cookie) = cookie {
            request.headers_mut().insert(COOKIE, cookie.clone());
        }
        let Ok(response) = self.router.clone().oneshot(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        response
    }
}

/// The cookie that a response sets, as a `Cookie` header.
pub fn cookie(headers: &HeaderMap) -> HeaderValue {
    let line = headers.get(SET_COOKIE).expect("a cookie is set");
    let line = line.to_str().expect("a cookie is in ASCII");
    let pair = line.split(';').next().unwrap_or_default();
    HeaderValue::from_str(pair).expect("it was a header before")
}
