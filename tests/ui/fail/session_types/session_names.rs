use session_axum::session;

#[session(name = "")]
struct Empty {
    visits: u64,
}

#[session(name = "0123456789012345678901234567890123456789012345678901234567890123456789")]
struct Long {
    visits: u64,
}

#[session(alias = "a\nb", alias = "Control", alias = "x", alias = "x")]
struct Control {
    visits: u64,
}

#[session(name = "a", name = "b", nam = "c")]
struct Twice {
    #[session(rename = ".visits", alias = ".b")]
    visits: u64,
}

fn main() {}
