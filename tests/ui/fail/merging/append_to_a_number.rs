use session_axum::session;

#[session]
struct Shop {
    #[session(merge = append)]
    visits: u64,
}

fn main() {}
