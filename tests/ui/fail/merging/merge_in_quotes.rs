use session_axum::session;

#[session]
struct Shop {
    #[session(merge = "sum")]
    visits: u64,
}

fn main() {}
