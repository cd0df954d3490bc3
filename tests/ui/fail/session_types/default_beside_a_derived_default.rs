use session_axum::session;

#[session]
#[derive(Debug, Default)]
struct Shop {
    #[session(default = 1)]
    visits: u64,
}

fn main() {}
