use session_axum::{SessionState, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit<T: SessionState>(_shop: &mut T) {}

#[require_session]
async fn pages<const N: usize>(_shop: &mut Shop) {}

#[require_session]
async fn borrow<'a>(_shop: &'a mut Shop) {}

fn main() {}
