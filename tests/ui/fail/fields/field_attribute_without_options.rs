use session_axum::session;

#[session]
struct Shop {
    #[session]
    visits: u64,
}

fn main() {}
