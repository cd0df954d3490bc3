//! Sessions of one function that are two, and a state that is lent to nobody: the checks of the
//! arguments find nothing.
#![deny(warnings)]

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use session_axum::{Session, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[session]
struct Admin {
    pages: u64,
}

#[require_session]
async fn middleware(
    shop: &Shop,
    admin: &mut Session<Admin>,
    request: Request,
    next: Next,
) -> Response {
    admin.pages += shop.visits;
    admin.run(next, request).await
}

#[require_session]
async fn read_and_write(shop: &Session<Shop>, admin: &mut Admin) {
    admin.pages += shop.visits;
}

#[require_session]
async fn write_both(shop: &mut Shop, admin: &mut Session<Admin>, request: Request) {
    admin.pages += shop.visits;
    shop.visits += 1;
    drop(request);
}

#[require_session]
async fn readers(shop: &Shop, admin: &Admin, request: Request, next: Next) -> Response {
    assert!(shop.visits >= admin.pages);
    next.run(request).await
}

fn main() {
    let _ = (middleware, read_and_write, write_both, readers);
}
