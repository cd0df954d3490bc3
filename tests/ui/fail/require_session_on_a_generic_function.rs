use session_core::{SessionState, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit<T: SessionState>(shop: &mut T) {}

#[require_session]
async fn pages<const N: usize>(shop: &mut Shop) {}

#[require_session]
async fn borrow<'a>(shop: &'a mut Shop) {}

fn main() {}
