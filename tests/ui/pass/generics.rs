//! Handlers with generics: types, constants, lifetimes, bounds.

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use session_axum::{Session, SessionState, Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
    name: String,
}

#[session]
struct Admin {
    visits: u64,
}

trait Counts {
    fn count(&mut self);

    fn is_new(&self) -> bool {
        true
    }
}

impl Counts for Shop {
    fn count(&mut self) {
        self.visits += 1;
    }
}

impl Counts for Admin {
    fn count(&mut self) {
        self.visits += 2;
    }
}

struct Borrowing<'a>(&'a str);

impl IntoResponse for Borrowing<'_> {
    fn into_response(self) -> Response {
        self.0.to_owned().into_response()
    }
}

fn is_any<T>(_: &T) -> bool {
    true
}

#[require_session]
async fn of_a_type<T: SessionState + Counts>(state: &mut T) {
    state.count();
}

#[require_session(existing, or_redirect = "/", allow = T::is_new)]
async fn with_bounds<T, const N: usize>(session: &mut Session<T>, path: Path<[u8; N]>) -> String
where
    T: SessionState + Counts,
{
    session.count();
    format!("{path:?}")
}

#[require_session(existing, or_redirect = "/", allow = is_any::<Shop>)]
async fn of_a_constant<const N: usize>(shop: &mut Shop, _admin: &Admin) -> String {
    shop.visits += 1;
    N.to_string()
}

#[require_session]
async fn of_a_lifetime<'a>(shop: &'a mut Shop) -> Borrowing<'a> {
    Borrowing(&shop.name)
}

#[require_session(allow = is_any::<Shop>)]
async fn of_two_lifetimes<'a, 'b: 'a>(shop: &'a Shop, _admin: &'b mut Admin) -> Result<Borrowing<'a>, String> {
    Ok(Borrowing(&shop.name))
}

#[require_session(allow = Counts::is_new)]
async fn of_everything<'a, T, E, const N: usize>(
    state: &'a mut T,
    admin: &Admin,
    State(_): State<E>,
    _: impl FromRequestParts<App> + Send + 'static,
) -> impl IntoResponse
where
    T: Counts + SessionState,
    E: Send + Sync + 'static,
{
    state.count();
    admin.visits.to_string()
}

#[require_session]
async fn of_two_types<A: SessionState, B: SessionState>(_a: &mut A, _b: &mut B, _body: String) {}

#[require_session]
async fn of_one_type_beside_another<A: SessionState>(_a: &mut Session<A>, _shop: &mut Shop) {}

struct Api<T>(T);

impl<T> Api<T> {
    #[require_session(existing)]
    async fn associated<'a>(shop: &'a mut Shop) -> Borrowing<'a> {
        Borrowing(&shop.name)
    }
}

#[derive(Clone, FromRef)]
struct App {
    shops: Sessions<Shop>,
    admins: Sessions<Admin>,
}

fn main() {
    let _ = Router::<App>::new()
        .route("/of_a_type", get(of_a_type::<Shop>).post(of_a_type::<Admin>))
        .route("/with_bounds/{a}/{b}", get(with_bounds::<Shop, 2>).post(with_bounds::<Admin, 2>))
        .route("/of_a_constant", get(of_a_constant::<3>))
        .route("/of_a_lifetime", get(of_a_lifetime))
        .route("/of_two_lifetimes", get(of_two_lifetimes))
        .route("/of_two_types", get(of_two_types::<Shop, Admin>))
        .route("/of_one_type_beside_another", get(of_one_type_beside_another::<Admin>))
        .route("/associated", get(Api::<u8>::associated));
}
