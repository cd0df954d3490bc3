use session_axum::session;

#[session]
struct Shop {
    name: &'static str,
}

fn main() {}
