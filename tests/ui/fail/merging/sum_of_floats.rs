use session_axum::session;

#[session]
struct Shop {
    #[session(merge = sum)]
    total: f64,
}

fn main() {}
