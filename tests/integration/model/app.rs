//! The application under test: each request gets a router of its own, of the functions that its
//! schedule names.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, FromRef, Request};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use session_axum::{Session, Sessions, require_session};
use tokio::sync::Notify;
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanicLayer;

use super::function::{Function, Outcome, Takes};
use super::session::{Edit, HoldsState, Kind, Office, Shop};

#[derive(Clone, FromRef)]
pub(crate) struct App {
    pub(crate) shop: Sessions<Shop>,
    pub(crate) office: Sessions<Office>,
}

/// What one request meets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    /// What each function saw, in that order.
    pub(crate) seen: Arc<Mutex<Vec<String>>>,
    pub(crate) pause: Pause,
}

/// A halt in the middle of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pause {
    /// It has come there.
    pub(crate) done: Arc<Notify>,
    /// It may go on.
    pub(crate) go: Arc<Notify>,
}

/// What a function is to do.
#[derive(Clone)]
struct Part {
    function: Arc<Function>,
    script: Script,
    pauses: bool,
    inside: Option<Router>,
}

/// The function, with all that is inside of it. A request pauses once: in its handler, or in a
/// middleware that does not simply pass it on.
pub(crate) fn router(function: &Function, app: &App, script: &Script, pauses: bool) -> Router {
    let goes_on = pauses && function.on_the_way().is_some();
    let inside = function.inside.as_ref().map(|inside| {
        let mut routers = inside.functions.iter().map(|inner| router(inner, app, script, goes_on));
        let first = routers.next().expect("something is inside");
        let inner = match routers.next() {
            None => first,
            Some(other) => {
                Router::new().route("/", get(side_by_side)).layer(Extension([first, other]))
            }
        };
        if inside.catches { inner.layer(CatchPanicLayer::new()) } else { inner }
    });
    let part = Part {
        function: Arc::new(function.clone()),
        script: script.clone(),
        pauses: pauses && !goes_on,
        inside,
    };
    Router::new().route("/", route(function)).layer(Extension(part)).with_state(app.clone())
}

type Answered = Result<Response, Response>;

/// The function for each way to take sessions, and for each what its response commits.
macro_rules! functions {
    ($($takes:ident: $name:ident($($session:ident: [$($argument:tt)+]),+) => $first:expr, $second:expr;)+) => {
        functions!(@room plain () $($name [$($session: $($argument)+,)+] [$first] [$second])+);
        functions!(@room always (commit = always) $($name [$($session: $($argument)+,)+] [$first] [$second])+);

        fn route(function: &Function) -> MethodRouter<App> {
            match (function.takes, function.always) {
                $(
                    (Takes::$takes, false) => get(plain::$name),
                    (Takes::$takes, true) => get(always::$name),
                )+
            }
        }
    };
    (@room $room:ident $commit:tt $($name:ident [$($arguments:tt)+] [$first:expr] [$second:expr])+) => {
        mod $room {
            use super::*;

            $(
                #[require_session $commit]
                pub(super) async fn $name(
                    $($arguments)+
                    Extension(part): Extension<Part>,
                    request: Request,
                ) -> Answered {
                    part.run($first, $second, request).await
                }
            )+
        }
    };
}

functions! {
    ReadsShop: reads_shop(shop: [&Session<Shop>]) => (), shop;
    WritesShop: writes_shop(shop: [&mut Session<Shop>]) => (), shop;
    WritesOffice: writes_office(office: [&mut Session<Office>]) => (), office;
    WritesBoth: writes_both(shop: [&mut Session<Shop>], office: [&mut Session<Office>]) => shop, office;
    ReadsShopWritesOffice: reads_shop_writes_office(shop: [&Session<Shop>], office: [&mut Session<Office>]) => shop, office;
    WritesShopReadsOffice: writes_shop_reads_office(shop: [&mut Session<Shop>], office: [&Session<Office>]) => shop, office;
}

impl Part {
    async fn run(
        self,
        mut first: impl Taken,
        mut second: impl Taken,
        request: Request,
    ) -> Answered {
        let Self { function, script, pauses, inside } = self;
        let look = |first: &dyn Looks, second: &dyn Looks| {
            script.seen.lock().unwrap().extend([first.look(), second.look()].into_iter().flatten());
        };
        look(&first, &second);
        first.perform(&function.before);
        second.perform(&function.before);
        if pauses {
            script.pause.done.notify_one();
            script.pause.go.notified().await;
        }
        if function.stays > 0 {
            tokio::time::sleep(Duration::from_secs(function.stays)).await;
        }
        let mut response = match inside {
            None => Response::new(Body::from("answered")),
            Some(inner) => {
                let response = if function.inside.as_ref().is_some_and(|inside| inside.lends) {
                    first.lend(second.run(inner, request)).await
                } else {
                    call(inner, request).await
                };
                look(&first, &second);
                response
            }
        };
        first.perform(&function.after);
        second.perform(&function.after);
        let Some(status) = function.outcome.status(response.status().as_u16()) else {
            // A panic that prints nothing: there are thousands.
            std::panic::resume_unwind(Box::new("as the schedule says"));
        };
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        if matches!(function.outcome, Outcome::Fails(_)) { Err(response) } else { Ok(response) }
    }
}

/// Two at once, of which the first begins first; answers the worse of the two.
async fn side_by_side(
    Extension([first, other]): Extension<[Router; 2]>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let copy = Request::from_parts(parts.clone(), Body::empty());
    let (one, two) = futures_util::future::join(
        call(first, Request::from_parts(parts, body)),
        call(other, copy),
    )
    .await;
    if one.status() >= two.status() { one } else { two }
}

async fn call(router: Router, request: Request) -> Response {
    let Ok(response) = router.oneshot(request).await;
    response
}

/// What can be seen of a session.
trait Looks: Send + Sync {
    fn look(&self) -> Option<String>;
}

/// A session as a function takes it, or none.
trait Taken: Looks {
    fn perform(&mut self, edits: &[(Kind, Edit)]);
    fn lend<F: Future<Output = Response> + Send>(
        &mut self,
        future: F,
    ) -> impl Future<Output = Response> + Send;
    fn run(&mut self, inner: Router, request: Request) -> impl Future<Output = Response> + Send;
}

impl Looks for () {
    fn look(&self) -> Option<String> {
        None
    }
}

impl Taken for () {
    fn perform(&mut self, _edits: &[(Kind, Edit)]) {}

    async fn lend<F: Future<Output = Response> + Send>(&mut self, future: F) -> Response {
        future.await
    }

    async fn run(&mut self, inner: Router, request: Request) -> Response {
        call(inner, request).await
    }
}

impl<T: HoldsState> Looks for &Session<T> {
    fn look(&self) -> Option<String> {
        Some(format!("{:?} {:?}", T::KIND, self.state()))
    }
}

impl<T: HoldsState> Taken for &Session<T> {
    fn perform(&mut self, _edits: &[(Kind, Edit)]) {}

    async fn lend<F: Future<Output = Response> + Send>(&mut self, future: F) -> Response {
        future.await
    }

    async fn run(&mut self, inner: Router, request: Request) -> Response {
        call(inner, request).await
    }
}

impl<T: HoldsState> Looks for &mut Session<T> {
    fn look(&self) -> Option<String> {
        Some(format!("{:?} {:?}", T::KIND, self.state()))
    }
}

impl<T: HoldsState> Taken for &mut Session<T> {
    fn perform(&mut self, edits: &[(Kind, Edit)]) {
        for (_, edit) in edits.iter().filter(|(kind, _)| *kind == T::KIND) {
            edit.perform(self);
        }
    }

    async fn lend<F: Future<Output = Response> + Send>(&mut self, future: F) -> Response {
        Session::lend(self, future).await
    }

    async fn run(&mut self, inner: Router, request: Request) -> Response {
        Session::run(self, inner, request).await
    }
}
