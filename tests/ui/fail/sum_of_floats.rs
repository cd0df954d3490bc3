use session_core::session;

#[session]
struct Shop {
    #[session(merge = sum)]
    total: f64,
}

fn main() {}
