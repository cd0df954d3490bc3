use axum::extract::{Path, Request};
use axum::middleware::Next;
use axum::response::Response;
use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop, body: String, Path(_): Path<u64>) {
    shop.visits += body.len() as u64;
}

#[require_session]
async fn twice(request: Request, shop: &Shop, _: Result<String, axum::extract::rejection::StringRejection>) {
    let _ = (request, shop);
}

// This is how it is.
#[require_session]
async fn middleware(_: &Shop, Path(_): Path<u64>, request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
