use session_axum::session;

#[session]
struct Shop {
    #[session(rename = basket)]
    cart: Vec<u64>,
}

fn main() {}
