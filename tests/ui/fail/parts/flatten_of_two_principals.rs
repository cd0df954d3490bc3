use session_axum::session;

#[session]
struct Login {
    #[session(principal)]
    user: Option<u64>,
}

#[session]
struct Staff {
    #[session(principal)]
    clerk: Option<u64>,
}

#[session]
struct Shop {
    #[session(flatten)]
    login: Login,
    #[session(flatten)]
    staff: Staff,
}

fn main() {}
