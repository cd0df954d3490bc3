use serde::{Deserialize, Serialize};
use session_axum::session;

#[derive(Serialize, Deserialize)]
struct Verifier(String);

#[session]
struct Shop {
    #[session(opaque)]
    verifier: Option<Verifier>,
}

fn main() {}
