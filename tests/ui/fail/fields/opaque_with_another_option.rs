use session_axum::session;

#[session]
struct Login {
    attempts: u64,
}

#[session]
struct Shop {
    #[session(principal, opaque)]
    user: Option<u64>,
    #[session(flatten, opaque)]
    login: Login,
    #[session(opaque = true)]
    nonce: String,
}

fn main() {}
