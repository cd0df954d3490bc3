use session_axum::session;

#[session]
#[session(manual(Default))]
struct Shop {
    visits: u64,
}

fn main() {}
