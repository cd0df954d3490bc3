//! What comes out of a `macro_rules!`, as any fragment.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use session_axum::{SessionState, Sessions, session};

macro_rules! sessions {
    (
        $(#[$meta:meta])* $vis:vis $Name:ident $name:literal $alias:expr, $manual:path;
        $($(#[$field_meta:meta])* $field:ident: $ty:ty, $merge:path, $default:expr, $rename:literal;)*
    ) => {
        #[session(name = $name, alias = $alias, manual($manual))]
        $(#[$meta])*
        $vis struct $Name {
            $($(#[$field_meta])* #[session(merge = $merge, default = $default, rename = $rename)] $vis $field: $ty,)*
        }
    };
}

sessions! {
    /// Documented.
    #[derive(Debug, PartialEq)]
    pub(crate) Shop "shop" "basket", Clone;
    /// Documented, too.
    #[session(carry)]
    cart: Vec<u64>, append, vec![1], "basket";
    visits: u64, session_axum::merge::sum, 3 + 4, r"seen";
}

impl Clone for Shop {
    fn clone(&self) -> Self {
        Self { cart: self.cart.clone(), visits: self.visits }
    }
}

impl Shop {
    fn is_regular(&self) -> bool {
        self.visits > 9
    }
}

macro_rules! options {
    ($principal:ident $flag:ident = $value:ident, $struct:item) => {
        #[session]
        struct User {
            #[session($principal)]
            user: Option<u64>,
            #[session($flag = $value)]
            visits: u64,
            #[session(merge = $crate::first)]
            pages: u64,
        }

        #[session]
        $struct
    };
}

options! { principal merge = sum, struct Item { count: u64 } }

fn first(base: &u64, _mine: &u64, _theirs: &u64) -> u64 {
    *base
}

macro_rules! handlers {
    (
        $to:literal $span:literal $allow:path;
        $($(#[$meta:meta])* $vis:vis $name:ident($($argument:pat => $ty:ty),*) -> $return:ty $body:block)*
    ) => {
        $(
            #[session_axum::require_session(existing, or_redirect = $to, allow = $allow)]
            $(#[$meta])*
            $vis async fn $name($($argument: $ty),*) -> $return $body
        )*

        #[session_axum::require_session(fresh = $span)]
        async fn fresh(user: &User) {
            let _ = user.user;
        }
    };
}

handlers! {
    "/login" "10m" Shop::is_regular;
    /// Documented.
    #[allow(unused_mut)]
    pub(crate) patterns(Shop { cart, .. } => &mut Shop, Path(sku) => Path<u64>, mut body => String) -> Result<String, ()> {
        cart.push(sku);
        Ok(body)
    }
    wildcards(_ => &Shop, _ => Path<u64>) -> () {}
}

macro_rules! expressions {
    ($redirect:ident = $to:expr, $commit:ident = $always:ident, $allow:expr) => {
        #[session_axum::require_session(existing, $redirect = $to, $commit = $always, allow = $allow)]
        async fn expressions(shop: &Shop) {
            let _ = shop.visits;
        }
    };
}

expressions!(or_redirect = "/login", commit = always, Shop::is_regular);

macro_rules! items {
    ($handler:item) => {
        #[session_axum::require_session]
        $handler
    };
}

items! {
    async fn item(shop: &mut Shop) {
        shop.visits += 1;
    }
}

macro_rules! types {
    ($name:ident $lifetime:lifetime $state:ty, $bound:path, $body:block) => {
        #[session_axum::require_session]
        async fn $name<$lifetime, T: $bound>(_shop: &$lifetime mut $state, _: &T) $body
    };
}

types! { types 'shop Shop, session_axum::SessionState, {} }

fn main() {
    let _ = Router::<Sessions<Shop>>::new()
        .route("/patterns/{sku}", get(patterns))
        .route("/wildcards/{sku}", get(wildcards))
        .route("/expressions", get(expressions))
        .route("/item", get(item));
    let _ = Router::<Sessions<User>>::new().route("/fresh", get(fresh));
    let _ = types::<Item>;
    assert_eq!((Shop::NAME, Shop::ALIASES), ("shop", ["basket"].as_slice()));
    assert_eq!(Shop::default(), Shop { cart: vec![1], visits: 7 });
    assert_eq!(Item::default().count, 0);
}
