use session_axum::session;

#[session]
struct Shop {
    #[cfg_attr(debug_assertions, session(merge = sum))]
    visits: u64,
    #[cfg_attr(debug_assertions, serde(skip), cfg_attr(test, session(carry)))]
    theme: String,
}

fn main() {}
