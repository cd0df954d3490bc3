use session_axum::session;

#[session]
struct Login {
    user: Option<u64>,
}

#[session]
struct Shop {
    #[session(flatten)]
    login: Option<Login>,
}

fn main() {}
