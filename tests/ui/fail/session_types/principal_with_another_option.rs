use session_axum::session;

#[session]
struct Carried {
    #[session(principal, carry)]
    user: Option<u64>,
}

#[session]
struct Merged {
    #[session(principal, merge = max)]
    user: Option<u64>,
}

#[session]
struct Preset {
    #[session(principal, default = Some(1))]
    user: Option<u64>,
}

fn main() {}
