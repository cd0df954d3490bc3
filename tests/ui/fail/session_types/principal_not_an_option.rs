use session_axum::session;

#[session]
struct Shop {
    #[session(principal)]
    user: u64,
}

fn main() {}
