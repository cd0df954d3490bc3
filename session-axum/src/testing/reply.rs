//! A response, as a test looks at it.

use std::fmt::Write as _;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use http::header::{AsHeaderName, LOCATION, SET_COOKIE};
use http::{HeaderMap, Response, StatusCode};
use serde::de::DeserializeOwned;

/// A response with all of its body.
///
/// What is not as the test says panics with the request, the status, the headers and the body.
///
/// ```
/// # use axum::{Json, Router, routing::get};
/// use session_axum::testing::Client;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let client = Client::new(Router::new().route("/prices", get(async || Json([3, 5]))));
/// let prices: Vec<u32> = client.get("/prices").await.assert_status(200).json();
/// assert_eq!(prices, [3, 5]);
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Method and path of the request that it answers: the last one, where redirects were followed.
    pub request: String,
}

impl Reply {
    /// The response of a handler that was called as a function, see [`Call`](super::Call).
    ///
    /// ```
    /// # use axum::response::IntoResponse;
    /// # use session_axum::testing::Reply;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let reply = Reply::of("welcome".into_response()).await;
    /// assert_eq!(reply.text(), "welcome");
    /// # }
    /// ```
    pub async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("the body comes to its end");
        let request = "a call".to_owned();
        Self { status: parts.status, headers: parts.headers, body, request }
    }

    /// The same reply, after its status was seen to be this one: `200`, or `StatusCode::OK`.
    ///
    /// ```
    /// # use axum::{Json, Router, http::header::SET_COOKIE, response::Redirect, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new()
    /// #     .route("/", get(async || ([(SET_COOKIE, "theme=dark")], "welcome")))
    /// #     .route("/prices", get(async || Json([3, 5])))
    /// #     .route("/old", get(async || Redirect::to("/new")));
    /// Client::new(app).get("/nowhere").await.assert_status(404);
    /// # }
    /// ```
    #[track_caller]
    pub fn assert_status<S: TryInto<StatusCode>>(self, expected: S) -> Self {
        let expected = expected.try_into().ok().expect("a status has three digits");
        assert!(self.status == expected, "expected {expected}\n{}", self.describe());
        self
    }

    /// The same reply, after it was seen to be a redirect (3xx) to this path or address.
    ///
    /// ```
    /// # use axum::{Json, Router, http::header::SET_COOKIE, response::Redirect, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new()
    /// #     .route("/", get(async || ([(SET_COOKIE, "theme=dark")], "welcome")))
    /// #     .route("/prices", get(async || Json([3, 5])))
    /// #     .route("/old", get(async || Redirect::to("/new")));
    /// Client::new(app).get("/old").await.assert_redirect("/new");
    /// # }
    /// ```
    #[track_caller]
    pub fn assert_redirect(self, location: &str) -> Self {
        let is_there = self.status.is_redirection() && self.location() == Some(location);
        assert!(is_there, "expected a redirect to {location}\n{}", self.describe());
        self
    }

    /// The body as text.
    ///
    /// ```
    /// # use axum::{Json, Router, http::header::SET_COOKIE, response::Redirect, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new()
    /// #     .route("/", get(async || ([(SET_COOKIE, "theme=dark")], "welcome")))
    /// #     .route("/prices", get(async || Json([3, 5])))
    /// #     .route("/old", get(async || Redirect::to("/new")));
    /// assert_eq!(Client::new(app).get("/").await.text(), "welcome");
    /// # }
    /// ```
    #[track_caller]
    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap_or_else(|_| panic!("it is no text\n{}", self.describe()))
    }

    /// The value that the body holds as JSON.
    ///
    /// ```
    /// # use axum::{Json, Router, http::header::SET_COOKIE, response::Redirect, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new()
    /// #     .route("/", get(async || ([(SET_COOKIE, "theme=dark")], "welcome")))
    /// #     .route("/prices", get(async || Json([3, 5])))
    /// #     .route("/old", get(async || Redirect::to("/new")));
    /// assert_eq!(Client::new(app).get("/prices").await.json::<Vec<u32>>(), [3, 5]);
    /// # }
    /// ```
    #[track_caller]
    pub fn json<V: DeserializeOwned>(&self) -> V {
        let Json(value) = Json::from_bytes(&self.body).unwrap_or_else(|error| {
            panic!("it is no such JSON: {}\n{}", error.body_text(), self.describe())
        });
        value
    }

    /// The value of a header, or of the first of several.
    ///
    /// ```
    /// # use axum::{Json, Router, http::header::SET_COOKIE, response::Redirect, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new()
    /// #     .route("/", get(async || ([(SET_COOKIE, "theme=dark")], "welcome")))
    /// #     .route("/prices", get(async || Json([3, 5])))
    /// #     .route("/old", get(async || Redirect::to("/new")));
    /// let reply = Client::new(app).get("/prices").await;
    /// assert_eq!(reply.header("content-type"), Some("application/json"));
    /// # }
    /// ```
    #[track_caller]
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        let value = self.headers.get(name)?;
        Some(value.to_str().unwrap_or_else(|_| panic!("it is not ASCII\n{}", self.describe())))
    }

    /// Where it redirects to.
    ///
    /// ```
    /// # use axum::{Json, Router, http::header::SET_COOKIE, response::Redirect, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new()
    /// #     .route("/", get(async || ([(SET_COOKIE, "theme=dark")], "welcome")))
    /// #     .route("/prices", get(async || Json([3, 5])))
    /// #     .route("/old", get(async || Redirect::to("/new")));
    /// assert_eq!(Client::new(app).get("/old").await.location(), Some("/new"));
    /// # }
    /// ```
    #[track_caller]
    pub fn location(&self) -> Option<&str> {
        self.header(LOCATION)
    }

    /// The `Set-Cookie` lines.
    ///
    /// ```
    /// # use axum::{Json, Router, http::header::SET_COOKIE, response::Redirect, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new()
    /// #     .route("/", get(async || ([(SET_COOKIE, "theme=dark")], "welcome")))
    /// #     .route("/prices", get(async || Json([3, 5])))
    /// #     .route("/old", get(async || Redirect::to("/new")));
    /// assert_eq!(Client::new(app).get("/").await.set_cookies(), ["theme=dark"]);
    /// # }
    /// ```
    #[track_caller]
    pub fn set_cookies(&self) -> Vec<&str> {
        let lines = self.headers.get_all(SET_COOKIE).iter();
        lines.map(|line| line.to_str().expect("cookies are ASCII")).collect()
    }

    /// All of it, for the message of a failed test.
    fn describe(&self) -> String {
        let mut text = format!("{}: {}\n", self.request, self.status);
        for (name, value) in &self.headers {
            _ = writeln!(text, "{name}: {value:?}");
        }
        _ = write!(text, "\n{}", String::from_utf8_lossy(&self.body));
        text
    }
}
