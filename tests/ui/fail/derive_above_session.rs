use session_axum::session;

#[derive(Clone)]
#[session]
struct Shop {
    visits: u64,
}

fn main() {}
