use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

trait Handlers {
    #[require_session]
    async fn visit(shop: &mut Shop);
}

fn main() {}
