use session_core::session;

#[session]
struct Shop {
    #[serde(rename = "basket")]
    cart: Vec<u64>,
}

fn main() {}
