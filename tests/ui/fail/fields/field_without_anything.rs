use session_axum::session;

struct Sku(u32);

#[session]
struct Shop {
    cart: Vec<Sku>,
}

fn main() {}
