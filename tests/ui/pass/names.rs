//! Our output means what it means, whatever the user's names mean.

use session_axum::{require_session, session};

#[session]
struct Shop {
    visits: u64,
}

// The function's own name as an argument.
#[require_session]
async fn shop(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session]
async fn path(shop: &Shop, axum::extract::Path(path): axum::extract::Path<String>) -> String {
    format!("{path} {}", shop.visits)
}

#[require_session]
async fn r#async(r#type: &mut Shop, r#await: axum::extract::Path<u64>) {
    r#type.visits += r#await.0;
}

// Another argument with the name of one of ours.
#[require_session]
async fn ours(__response: &mut Shop, __argument_0: axum::extract::Path<u64>) -> String {
    __response.visits += __argument_0.0;
    String::new()
}

mod without_a_prelude {
    #![no_implicit_prelude]
    #![allow(dead_code)]

    // The names that a careless macro would use.
    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct Vec;
    pub(super) struct Response;
    pub(super) struct Guard;
    pub(super) struct Session;
    pub(super) struct String;
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod serde {}
    pub(super) mod session_core {}

    #[::session_axum::session]
    pub(super) struct Shop {
        #[session(principal)]
        user: ::core::option::Option<u64>,
        #[session(merge = sum, default = 1)]
        visits: u64,
        #[session(carry, alias = "x")]
        name: ::std::string::String,
    }

    #[::session_axum::require_session(existing, authenticated, commit = always)]
    pub(super) async fn visit(shop: &mut Shop) -> ::std::string::String {
        shop.visits += 1;
        ::core::clone::Clone::clone(&shop.name)
    }
}

macro_rules! sessions {
    ($vis:vis struct $name:ident { $($field:ident: $ty:ty = $default:expr),* }) => {
        #[session]
        $vis struct $name {
            $(#[session(default = $default)] $field: $ty,)*
        }
    };
}

sessions! { pub(crate) struct Generated { visits: Option<u8> = Some(1), pages: u8 = 1 + 1 } }

macro_rules! handlers {
    ($($name:ident($arg:ident: $ty:ty) $body:block)*) => {
        $(#[require_session] async fn $name($arg: $ty) $body)*
    };
}

handlers! {
    generated(session: &mut Generated) { session.pages += 1; }
    generated_too(session: &Generated) { let _ = session.visits; }
}

struct Api;

impl Api {
    #[require_session]
    async fn associated(shop: &mut Shop) {
        shop.visits += 1;
    }
}

fn main() {
    let router = axum::Router::new();
    let router = router
        .route("/shop", axum::routing::get(shop))
        .route("/path/{path}", axum::routing::get(path))
        .route("/async/{path}", axum::routing::get(r#async))
        .route("/associated", axum::routing::get(Api::associated))
        .route("/ours/{path}", axum::routing::get(ours));
    let _: axum::Router<session_axum::Sessions<Shop>> = router;
    let _: axum::Router<session_axum::Sessions<without_a_prelude::Shop>> =
        axum::Router::new().route("/visit", axum::routing::get(without_a_prelude::visit));
    let _: axum::Router<session_axum::Sessions<Generated>> = axum::Router::new()
        .route("/generated", axum::routing::get(generated))
        .route("/generated_too", axum::routing::get(generated_too));
    assert_eq!(Generated::default().pages, 2);
}
