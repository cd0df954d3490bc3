use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

trait Handlers {
    async fn visit(shop: &mut Shop);
}

struct Api;

// Its arguments are guards now, not references.
impl Handlers for Api {
    #[require_session]
    async fn visit(shop: &mut Shop) {
        shop.visits += 1;
    }
}

fn main() {}
