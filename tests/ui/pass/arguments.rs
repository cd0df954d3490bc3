//! Every way to take a session, between every kind of extractor.

use axum::extract::{FromRef, Path, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde::Deserialize;
use session_axum::{Session, Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
    cart: Vec<String>,
}

#[session]
struct Admin {
    pages: u64,
}

type Whole = Session<Shop>;

#[derive(Deserialize)]
struct Item {
    sku: String,
}

#[require_session]
async fn read(shop: &Shop) -> Json<u64> {
    Json(shop.visits)
}

#[require_session]
async fn write(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session]
async fn read_whole(session: &Session<Shop>) -> Json<u64> {
    Json(session.visits)
}

#[require_session]
async fn write_whole(session: &mut Session<Shop>) {
    session.visits += 1;
    session.destroy();
}

#[require_session]
async fn by_alias(session: &mut Whole) {
    session.visits += 1;
}

#[require_session]
async fn by_path(session: &mut session_axum::Session<self::Shop>) {
    session.visits += 1;
}

#[require_session]
async fn anonymous_lifetime(shop: &'_ mut Shop) {
    shop.visits += 1;
}

#[require_session]
async fn two(shop: &mut Shop, admin: &Admin) {
    shop.visits += admin.pages;
}

#[require_session]
async fn three(admin: &mut Session<Admin>, shop: &mut Shop, State(app): State<App>) {
    admin.pages += shop.visits;
    drop(app);
}

#[require_session]
async fn destructured(Shop { visits, cart }: &mut Shop, Path(sku): Path<String>) {
    *visits += 1;
    cart.push(sku);
}

#[require_session]
async fn destructured_in_part(Shop { visits, .. }: &Shop) -> String {
    visits.to_string()
}

#[require_session]
async fn session_after_the_body(Form(item): Form<Item>, shop: &mut Shop) {
    shop.cart.push(item.sku);
}

#[require_session]
async fn body_last(
    Path(times): Path<u64>,
    shop: &mut Shop,
    headers: HeaderMap,
    State(_): State<App>,
    Json(more): Json<Vec<String>>,
) {
    shop.visits += times;
    shop.cart.extend(headers.keys().map(ToString::to_string));
    shop.cart.extend(more);
}

#[require_session]
async fn rebound(mut shop: &Shop, mut path: Path<String>) -> String {
    let other = Shop::default();
    if path.is_empty() {
        shop = &other;
        path = Path("nobody".to_owned());
    }
    format!("{} {}", path.0, shop.visits)
}

#[require_session]
async fn unused(_shop: &mut Shop, _path: Path<String>) {}

#[derive(Clone, FromRef)]
struct App {
    shops: Sessions<Shop>,
    admins: Sessions<Admin>,
}

fn main() {
    let _ = Router::<App>::new()
        .route("/read", get(read))
        .route("/write", post(write))
        .route("/read_whole", get(read_whole))
        .route("/write_whole", post(write_whole))
        .route("/by_alias", post(by_alias))
        .route("/by_path", post(by_path))
        .route("/anonymous_lifetime", post(anonymous_lifetime))
        .route("/two", post(two))
        .route("/three", post(three))
        .route("/destructured/{sku}", post(destructured))
        .route("/destructured_in_part", get(destructured_in_part))
        .route("/session_after_the_body", post(session_after_the_body))
        .route("/body_last/{times}", post(body_last))
        .route("/rebound/{path}", get(rebound))
        .route("/unused/{path}", get(unused));
}
