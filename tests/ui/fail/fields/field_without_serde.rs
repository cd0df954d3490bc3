use session_axum::session;

#[derive(Clone, PartialEq, Default)]
struct Sku(u32);

#[session]
struct Shop {
    cart: Vec<Sku>,
}

fn main() {}
