use session_axum::session;

#[session]
struct Shop {
    #[serde(rename = "basket")]
    cart: Vec<u64>,
}

fn main() {}
