use serde::{Deserialize, Serialize};
use session_axum::session;

#[derive(Clone, Default, Serialize, Deserialize)]
struct Sku(u32);

#[session]
struct Shop {
    cart: Vec<Sku>,
}

fn main() {}
