use session_core::session;

#[session]
enum Shop {
    Anonymous,
    LoggedIn { user: u64 },
}

fn main() {}
