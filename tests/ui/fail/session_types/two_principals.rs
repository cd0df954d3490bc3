use session_axum::session;

#[session]
struct Shop {
    #[session(principal)]
    user: Option<u64>,
    #[session(principal)]
    admin: Option<u64>,
}

fn main() {}
