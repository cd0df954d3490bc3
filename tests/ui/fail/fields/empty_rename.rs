use session_axum::session;

#[session]
struct Shop {
    #[session(rename = "")]
    cart: Vec<u64>,
}

fn main() {}
