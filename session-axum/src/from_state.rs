//! Where a handler's sessions come from: the application's state, by their type.

use std::sync::Arc;

use axum_core::extract::FromRef;

use session_core::SessionState;

use crate::sessions::Sessions;

/// What can be taken out of an application's state `S`: `Sessions<T>` where it is `FromRef<S>`.
/// The same bound as axum's, said in the words of sessions when it does not hold.
///
/// # Which states have sessions
///
/// **A field** `sessions: Sessions<Shop>` under `#[derive(Clone, FromRef)]`, as [`Sessions`] shows it.
///
/// **Nothing but sessions**: they are a state themselves, `.with_state(sessions)`.
///
/// **Several session types**: a field for each; every handler finds its own. A field that handlers do not
/// take out of the state, or a second one of a type, has `#[from_ref(skip)]`.
///
/// **An `Arc`** around a state that is not cloned: [`FromArc`] says where the sessions are.
///
/// **A generic state**, over a database say: `#[derive(FromRef)]` takes no generics, so write what it would.
/// A handler may be generic as well:
///
/// ```
/// use axum::{Router, extract::{FromRef, State}, routing::get};
/// use session_axum::{MemoryStore, Sessions, require_session, session};
///
/// # #[session] struct Shop { visits: u64 }
/// trait Database: Clone + Send + Sync + 'static {
///     fn count(&self, visit: u64);
/// }
///
/// #[derive(Clone)]
/// struct App<D> { sessions: Sessions<Shop>, database: D }
///
/// impl<D> FromRef<App<D>> for Sessions<Shop> {
///     fn from_ref(app: &App<D>) -> Self {
///         app.sessions.clone()
///     }
/// }
///
/// #[require_session]
/// async fn visit<D: Database>(shop: &mut Shop, State(app): State<App<D>>) {
///     shop.visits += 1;
///     app.database.count(shop.visits);
/// }
///
/// fn routes<D: Database>(app: App<D>) -> Router {
///     Router::new().route("/", get(visit::<D>)).with_state(app)
/// }
/// ```
///
/// **A nested router with a state of its own**: give it its state before it is nested.
///
/// ```
/// # use axum::{Router, extract::FromRef, routing::get};
/// # use session_axum::{Sessions, require_session, session};
/// # #[session] struct Shop { visits: u64 }
/// # #[session] struct Office { user: Option<u64> }
/// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
/// # #[derive(Clone, FromRef)] struct Back { sessions: Sessions<Office> }
/// # #[require_session] async fn visit(shop: &mut Shop) { shop.visits += 1; }
/// # #[require_session] async fn desk(_: &Office) {}
/// fn routes(app: App, back: Back) -> Router {
///     let office = Router::new().route("/", get(desk)).with_state(back);
///     Router::new().route("/", get(visit)).nest("/office", office).with_state(app)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the application's state `{S}` has no `{Self}`",
    label = "no `{Self}` in this state",
    note = "add a field `sessions: {Self}` to `{S}`, put `#[derive(Clone, FromRef)]` on it, and give it to the router with `.with_state(…)`",
    note = "build them with `Sessions::builder(MemoryStore::new()).build()?`",
    note = "under `#[axum::debug_handler]`, say what the state is: `#[axum::debug_handler(state = App)]`",
    note = "of a state in an `Arc`, or with generics, `{Self}` says how it is found: see its documentation"
)]
pub trait FromState<S> {
    /// Out of the state.
    fn from_state(state: &S) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: SessionState, S> FromState<S> for Sessions<T>
where
    Self: FromRef<S>,
{
    fn from_state(state: &S) -> Self {
        Self::from_ref(state)
    }
}

/// The sessions of a state that is shared by an `Arc`, as [`FromRef`] is of one that is cloned.
///
/// ```
/// use std::sync::Arc;
/// use axum::{Router, extract::State, routing::get};
/// use session_axum::{FromArc, MemoryStore, Sessions, require_session, session};
///
/// #[session]
/// struct Shop { visits: u64 }
///
/// struct App { sessions: Sessions<Shop>, greeting: String }
///
/// impl FromArc<App> for Sessions<Shop> {
///     fn from_arc(app: &App) -> Self {
///         app.sessions.clone()
///     }
/// }
///
/// #[require_session]
/// async fn visit(shop: &mut Shop, State(app): State<Arc<App>>) -> String {
///     shop.visits += 1;
///     format!("{}, visit {}\n", app.greeting, shop.visits)
/// }
///
/// # fn main() -> Result<(), session_axum::BuildError> {
/// let sessions = Sessions::builder(MemoryStore::new()).build()?;
/// let app = Arc::new(App { sessions, greeting: "welcome".to_owned() });
/// let router: Router = Router::new().route("/", get(visit)).with_state(app);
/// # Ok(()) }
/// ```
#[diagnostic::on_unimplemented(
    message = "the application's state `{A}` does not say where its `{Self}` are",
    label = "no `{Self}` in an `Arc` of this state",
    note = "add `impl FromArc<{A}> for {Self}`, whose `from_arc` clones the field"
)]
pub trait FromArc<A> {
    /// Out of the state.
    fn from_arc(app: &A) -> Self;
}

// Not `Self: FromRef<A>`: with a second candidate that holds for any session type, rustc would not say
// "expected `Sessions<Shop>`, found `App`" of a state without sessions, but that the handler is none.
impl<T: SessionState, A> FromRef<Arc<A>> for Sessions<T>
where
    Self: FromArc<A>,
{
    fn from_ref(app: &Arc<A>) -> Self {
        Self::from_arc(app)
    }
}
