use session_axum::session;

#[session]
struct Shop {
    #[cfg(not(any()))]
    #[session(principal)]
    user: Option<u64>,
}

fn main() {}
