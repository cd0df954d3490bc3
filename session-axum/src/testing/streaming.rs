//! A response whose body is read as it comes.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, Bytes, HttpBody as _};
use http::{HeaderMap, StatusCode};

use super::reply::Reply;

/// A response whose body is read chunk by chunk: an event stream, say. From
/// [`Client::open`](super::Client::open). Dropped before its end, it hangs up.
///
/// ```
/// use std::convert::Infallible;
/// use axum::response::sse::{Event, Sse};
/// use axum::{Router, routing::get};
/// use futures_util::stream;
/// use session_axum::testing::Client;
///
/// async fn ticks() -> Sse<impl futures_util::Stream<Item = Result<Event, Infallible>>> {
///     Sse::new(stream::repeat_with(|| Ok(Event::default().data("tick"))))           // it never ends
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let mut ticks = Client::new(Router::new().route("/ticks", get(ticks))).open("/ticks").await;
/// assert_eq!(ticks.text().await.as_deref(), Some("data: tick\n\n"));
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Streaming {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// What is left of the body.
    pub body: Body,
    /// Method and path of the request that it answers.
    pub request: String,
}

impl Streaming {
    /// The next chunk, as soon as there is one; none after the last. A body that fails, since it was
    /// cut short, is an error.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/", get(async || "welcome").post(async || "thanks").delete(async || "gone"));
    /// let mut stream = Client::new(app).open("/").await;
    /// assert_eq!(stream.chunk().await.unwrap().unwrap(), "welcome");
    /// assert!(stream.chunk().await.is_none());
    /// # }
    /// ```
    pub async fn chunk(&mut self) -> Option<Result<Bytes, axum::Error>> {
        loop {
            match poll_fn(|context| Pin::new(&mut self.body).poll_frame(context)).await? {
                Ok(frame) => {
                    // Trailers are no part of the body.
                    if let Ok(data) = frame.into_data() {
                        return Some(Ok(data));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// The next chunk as text; none after the last.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/", get(async || "welcome").post(async || "thanks").delete(async || "gone"));
    /// let mut stream = Client::new(app).open("/").await;
    /// assert_eq!(stream.text().await.as_deref(), Some("welcome"));
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the body fails, or the chunk is no text.
    pub async fn text(&mut self) -> Option<String> {
        let chunk = self.chunk().await?.unwrap_or_else(|error| panic!("{}: {error}", self.request));
        Some(String::from_utf8(chunk.into()).expect("the chunk is text"))
    }

    /// The rest of it, read to its end.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::testing::{Client};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let app: Router = Router::new().route("/", get(async || "welcome").post(async || "thanks").delete(async || "gone"));
    /// let stream = Client::new(app).open("/").await;
    /// assert_eq!(stream.rest().await.assert_status(200).text(), "welcome");
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the body fails.
    pub async fn rest(mut self) -> Reply {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await {
            body.extend(chunk.unwrap_or_else(|error| panic!("{}: {error}", self.request)));
        }
        let Self { status, headers, request, .. } = self;
        Reply { status, headers, body: body.into(), request }
    }
}
