//! An application in this process, and a browser that has a session there.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Path;
use axum::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use axum::http::{Request, Response, StatusCode, Uri};
use axum::routing::get;
use session_core::{Builder, Handle, Session, Sessions, require_session, session};
use shop::somebody_else;
use tower::ServiceExt as _;

/// The session, with the fields of [`shop::Shop`].
#[session]
#[derive(Debug)]
pub struct Shop {
    #[session(principal)]
    user: Option<u64>,
    name: String,
    #[session(merge = append)]
    cart: Vec<String>,
    theme: String,
    /// What a write counts up.
    #[session(merge = sum)]
    pub counter: u64,
}

impl Shop {
    /// The session of visitor `n`.
    fn of(n: u64) -> Self {
        let shop::Shop { user, name, cart, theme, counter } = shop::Shop::of(n);
        Self { user: Some(user), name, cart, theme, counter }
    }
}

async fn plain() -> String {
    1.to_string()
}

#[require_session]
async fn begin(session: &mut Shop) {
    *session = Shop::of(1);
}

#[require_session]
async fn begin_as(session: &mut Shop, Path(n): Path<u64>) {
    *session = Shop::of(n);
}

#[require_session]
async fn read(shop: &Shop) -> String {
    shop.counter.to_string()
}

#[require_session]
async fn write(shop: &mut Shop) -> String {
    shop.counter += 1;
    shop.counter.to_string()
}

#[require_session]
async fn login(shop: &mut Shop) -> String {
    shop.user = shop.user.map(somebody_else);
    shop.counter.to_string()
}

#[require_session]
async fn handle(session: &Session<Shop>) -> String {
    session.handle().expect("it is stored").to_string()
}

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

    /// The same, with more routes.
    pub async fn with(more: Router<Sessions<Shop>>, builder: Builder<Shop>) -> Self {
        let sessions = builder.without_cleaner().build().expect("the options are sound");
        let router = more
            .route("/plain", get(plain))
            .route("/begin", get(begin))
            .route("/begin/{n}", get(begin_as))
            .route("/read", get(read))
            .route("/write", get(write))
            .route("/login", get(login))
            .route("/handle", get(handle))
            .with_state(sessions.clone());
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
