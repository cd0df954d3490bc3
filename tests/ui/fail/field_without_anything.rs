use session_core::session;

struct Sku(u32);

#[session]
struct Shop {
    cart: Vec<Sku>,
}

fn main() {}
