use session_axum::session;

#[session]
struct Shop {
    #[session(merge = sum, carry)]
    #[session(merge = max)]
    visits: u64,
}

fn main() {}
