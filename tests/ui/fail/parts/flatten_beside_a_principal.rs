use session_axum::session;

#[session]
struct Login {
    #[session(principal)]
    user: Option<u64>,
}

#[session]
struct Shop {
    #[session(principal)]
    customer: Option<u64>,
    #[session(flatten)]
    login: Login,
}

fn main() {}
