//! `#[cfg]` and `#[cfg_attr]`, above the attributes, below them, and within.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use session_axum::{Sessions, require_session, session};

#[cfg_attr(not(any()), session, derive(Debug))]
#[cfg_attr(all(), derive(Eq), doc = "Documented.")]
struct Shop {
    #[cfg_attr(any(), cfg(any()), doc = "there")]
    there: u64,
    #[cfg_attr(all(), cfg(any()), doc = "absent")]
    absent: Nobody,
    #[cfg_attr(all(), cfg(all()), cfg_attr(all(), cfg(all())))]
    there_too: u64,
    #[cfg_attr(all(), cfg_attr(all(), cfg(any())))]
    absent_too: Nobody,
    // One field, in two forms.
    #[cfg(any())]
    #[session(merge = sum)]
    visits: u64,
    #[cfg(not(any()))]
    #[session(merge = max, default = 7)]
    visits: u64,
}

#[session]
#[cfg_attr(all(), cfg(any()))]
struct Absent {
    nobody: Nobody,
}

#[require_session(existing, or_redirect = "/login")]
#[cfg_attr(all(), cfg(any()))]
async fn visit(_nobody: &Nobody) {}

#[require_session(existing, or_redirect = "/login")]
#[cfg_attr(any(), cfg(any()))]
async fn visit(
    #[cfg_attr(all(), cfg(any()))] _nobody: Nobody,
    #[cfg_attr(all(), allow(unused_variables))] shop: &Shop,
    #[cfg_attr(any(), cfg(any()))] _path: Path<u64>,
) {
}

fn main() {
    let _ = Router::<Sessions<Shop>>::new().route("/{id}", get(visit));
    assert_eq!(Shop::default(), Shop { there: 0, there_too: 0, visits: 7 });
}
