//! Say what becomes of copies of a cookie: `.revocations(store)`, or
//! `.accept_replay_until_expiry()`.

use session_axum::{KeyRing, Sessions, session};

#[session]
struct Shop {
    visits: u64,
}

fn sessions(ring: KeyRing) -> Sessions<Shop> {
    Sessions::sealed_cookie(ring).build().unwrap()
}

fn engine(ring: KeyRing) {
    session_core::Engine::<Shop>::sealed_cookie(ring).build().unwrap();
}

fn main() {}
