use session_axum::session;

#[session]
struct Shop {
    #[session(principal = true)]
    user: Option<u64>,
    #[session(carry("always"))]
    theme: String,
}

fn main() {}
