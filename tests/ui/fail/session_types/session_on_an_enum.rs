use session_axum::session;

#[session]
enum Shop {
    Anonymous,
    LoggedIn { user: u64 },
}

fn main() {}
