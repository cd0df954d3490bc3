use std::collections::BTreeMap;

use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) -> BTreeMap<String, u64> {
    BTreeMap::from([("visits".to_owned(), shop.visits)])
}

fn main() {}
