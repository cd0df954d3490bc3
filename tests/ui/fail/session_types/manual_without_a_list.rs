use session_axum::session;

#[session(manual)]
struct Shop {
    visits: u64,
}

fn main() {}
