use session_axum::session;

#[session(manul(Default))]
struct Shop {
    visits: u64,
}

fn main() {}
