use session_axum::session;

#[session(manual(Debug))]
struct Shop {
    visits: u64,
}

fn main() {}
