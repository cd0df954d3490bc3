use session_axum::session;

#[session]
struct Shop {
    #[session(ttl)]
    nothing: Option<u32>,
    #[session(ttl = 600)]
    number: Option<u32>,
    #[session(ttl = "10")]
    without_a_unit: Option<u32>,
    #[session(ttl = "0m")]
    never: Option<u32>,
    #[session(ttl = "401d")]
    forever: Option<u32>,
    #[session(ttl = "1.5h")]
    fraction: Option<u32>,
    #[session(principal, ttl = "10m")]
    user: Option<u32>,
}

#[session]
struct Login {
    #[session(flatten, ttl = "10m")]
    shop: Shop,
}

fn main() {}
