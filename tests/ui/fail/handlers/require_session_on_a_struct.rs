use session_axum::require_session;

#[require_session]
struct Shop {
    visits: u64,
}

fn main() {}
