use serde::{Deserialize, Serialize};
use session_axum::session;

#[derive(Clone, Serialize, Deserialize)]
struct Nonce(u32);

#[session]
struct Shop {
    #[session(opaque, merge = append)]
    nonces: Vec<Nonce>,
}

fn main() {}
