//! A session type of a program that has session-core and no session-axum.

// What names session-axum finds nothing of ours there.
extern crate std as session_axum;

use session_core::{Engine, MemoryStore, NoPrincipal, SessionState, WithPrincipal};

#[session_core::session]
struct Shop {
    #[session(principal)]
    user: Option<u64>,
    #[session(merge = sum, default = 1)]
    visits: u64,
    #[session(carry, rename = "colour", alias = "color")]
    theme: String,
    cart: Vec<String>,
}

#[session_core::session(name = "office", alias = "admin", manual(Default))]
struct Admin {
    pages: u64,
}

impl Default for Admin {
    fn default() -> Self {
        Self { pages: 7 }
    }
}

mod imported {
    use session_core::session;

    #[session]
    pub(super) struct Inner {
        pub(super) visits: u64,
    }
}

fn is_anonymous<T: SessionState<Principal = NoPrincipal>>() {}
fn is_personal<T: WithPrincipal<Principal = P>, P>() {}

fn main() {
    is_personal::<Shop, u64>();
    is_anonymous::<Admin>();
    is_anonymous::<imported::Inner>();
    assert_eq!(Shop::NAME, "Shop");
    assert_eq!(Admin::NAME, "office");
    assert_eq!(Admin::ALIASES, ["admin"]);
    assert_eq!(Admin::default().pages, 7);
    assert_eq!(imported::Inner::default().visits, 0);

    let mut shop = Shop::default();
    shop.cart.push(format!("{}{}", shop.theme, shop.visits));
    assert_eq!(shop.principal(), None);
    assert_eq!(shop.cart, ["1"]);
    assert!(Engine::<Shop>::builder(MemoryStore::new()).build().is_ok());
}
