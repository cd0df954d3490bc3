//! n
#![deny(warnings, clippy::pedantic)]
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use session_axum::{Session, require_session, session};
#[session]
struct Shop { visits: u64 }
#[session]
struct Admin { pages: u64 }

#[require_session]
async fn all(shop: &Shop, admin: &mut Session<Admin>, request: Request, next: Next) -> Response {
    admin.pages += shop.visits;
    next.run(request).await
}
#[require_session]
async fn two(shop: &Session<Shop>, admin: &mut Admin) {
    admin.pages += shop.visits;
}
#[require_session]
async fn other(shop: &mut Shop, admin: &mut Session<Admin>, request: Request) {
    admin.pages += shop.visits;
    shop.visits += 1;
    drop(request);
}
fn main() {
    let _ = (all, two, other);
}
