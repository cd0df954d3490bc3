use serde::{Deserialize, Serialize};
use session_axum::session;

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Sku(u32);

#[session]
struct Shop {
    cart: Sku,
}

fn main() {}
