//! Where a handler's sessions come from: the application's state, by their type.

use std::sync::Arc;

use axum_core::extract::FromRef;

use session_core::SessionState;

use crate::sessions::Sessions;

/// What can be taken out of an application's state `S`: `Sessions<T>` where it is `FromRef<S>`.
/// The same bound as axum's, said in the words of sessions when it does not hold.
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
