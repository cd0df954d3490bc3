use session_axum::session;

#[session]
struct Shop {
    #[session(principle)]
    user: Option<u64>,
    #[session(skip)]
    visits: u64,
}

fn main() {}
