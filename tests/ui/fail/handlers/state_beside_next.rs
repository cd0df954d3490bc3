use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

type Rest = Next;

#[require_session]
async fn count(shop: &mut Shop, request: Request, next: Next) -> Response {
    shop.visits += 1;
    next.run(request).await
}

#[require_session]
async fn renamed(shop: &mut Shop, request: Request, rest: Rest) -> Response {
    shop.visits += 1;
    rest.run(request).await
}

fn main() {}
