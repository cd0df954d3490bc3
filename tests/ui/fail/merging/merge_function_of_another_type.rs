//! A merge function takes the field as it was, as it is here and as it is in the store: `fn(base:
//! &V, mine: &V, theirs: &V) -> V`.

use session_axum::session;

fn later(mine: &str, theirs: &str) -> String {
    mine.max(theirs).to_owned()
}

fn greater(_base: &u64, mine: &u64, theirs: &u64) -> u64 {
    *mine.max(theirs)
}

#[session]
struct Shop {
    #[session(merge = later)]
    name: String,
    #[session(merge = greater)]
    visits: i64,
}

fn main() {}
