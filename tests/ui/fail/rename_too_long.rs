use session_core::session;

#[session]
struct Shop {
    #[session(rename = "cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_")]
    cart: Vec<u64>,
}

fn main() {}
