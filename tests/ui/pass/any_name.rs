//! A field, an argument, a handler and a struct may have any name, also one that a careless macro would use.

#![allow(dead_code, non_camel_case_types, non_snake_case)]

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use session_axum::{SessionState, Sessions, session};

macro_rules! each_name {
    ($then:ident) => {
        $then! {
            T access advance alias aliases answer argument arguments authenticated base body carry clone clone_from
            cmp commit copy core decode decoded default deserialize encode end engine eq err error field fields
            first from fmt from_ref get_mut guard handle handler head index inner into into_response join key lend
            len lens map merge mine name names new next none of of_mut ok option other part parts path post
            principal push read record replace request requirement respond response result run save scope self_
            serde serialize session_ session_axum session_core sessions shop some source state states std sum
            take theirs to_string token ty unwrap update value values write __argument_0 __base __commit __e
            __field __handler __mine __response __session __session_field_a __state __theirs __value r#async
            r#await r#box r#const r#dyn r#enum r#fn r#impl r#in r#let r#match r#mod r#move r#mut r#pub r#ref
            r#static r#struct r#trait r#type r#unsafe r#use r#where r#yield
        }
    };
}

macro_rules! fields {
    ($($name:ident)*) => {
        #[session]
        #[derive(Debug, Eq, PartialOrd, Ord, Hash)]
        struct Replaced { $($name: u64,)* }

        #[session]
        struct Merged { $(#[session(merge = sum, carry, default = 1)] $name: u64,)* }

        #[session]
        struct Joined { $(#[session(merge = first)] $name: u64,)* }
    };
}

fn first(base: &u64, _mine: &u64, _theirs: &u64) -> u64 {
    *base
}

each_name!(fields);

// The one that says who is logged in.
mod principal {
    use session_axum::session;

    macro_rules! principals {
        ($($Type:ident $name:ident)*) => {
            $(#[session] pub(crate) struct $Type { #[session(principal)] pub(crate) $name: Option<u64> })*
        };
    }

    principals! { State state Principal principal Self_ self_ Type r#type Option_ option User __principal }
}

#[session]
struct Shop {
    visits: u64,
}

impl Shop {
    fn is_regular(&self) -> bool {
        self.visits > 9
    }
}

macro_rules! handlers {
    ($($name:ident)*) => {
        // The name of the function, and of its session.
        mod sessions {
            $(
                #[session_axum::require_session(existing, or_redirect = "/login", allow = super::Shop::is_regular)]
                pub(super) async fn $name($name: &mut super::Shop, _: axum::extract::Path<u64>) {
                    $name.visits += 1;
                }
            )*
        }

        // The name of the function, and of an extractor.
        mod extractors {
            $(
                #[session_axum::require_session]
                pub(super) async fn $name(shop: &super::Shop, $name: axum::extract::Path<u64>, _: String) -> String {
                    (shop.visits + $name.0).to_string()
                }
            )*
        }

        // The name of an extractor alone, whose pattern binds it.
        mod arguments {
            $(
                pub(super) mod $name {
                    #[session_axum::require_session]
                    pub(crate) async fn visit(axum::extract::Path($name): axum::extract::Path<u64>, _: &mut crate::Shop) {
                        let _: u64 = $name;
                    }
                }
            )*
        }

        fn routes() -> Router<Sessions<Shop>> {
            Router::new()
                $(
                    .route(concat!("/sessions/{id}/", stringify!($name)), get(sessions::$name))
                    .route(concat!("/extractors/{id}/", stringify!($name)), get(extractors::$name))
                    .route(concat!("/arguments/{id}/", stringify!($name)), get(arguments::$name::visit))
                )*
        }
    };
}

each_name!(handlers);

macro_rules! structs {
    ($($module:ident $Name:ident)*) => {
        $(mod $module {
            #[::session_axum::session]
            pub(crate) struct $Name {
                #[session(principal)]
                user: ::core::option::Option<u64>,
                #[session(merge = sum)]
                visits: u64,
                #[session(merge = ::session_axum::merge::max, default = 1)]
                best: u64,
                cart: ::std::vec::Vec<u8>,
                name: ::std::string::String,
            }

            #[::session_axum::require_session(authenticated, or_redirect = "/", allow = super::is_yes)]
            pub(crate) async fn visit(
                session: &mut $Name,
                shop: &crate::Shop,
            ) -> ::core::result::Result<::std::string::String, ()> {
                session.visits += shop.visits;
                ::core::result::Result::Ok(::core::clone::Clone::clone(&session.name))
            }
        })*
    };
}

fn is_yes<T: SessionState>(_: &T) -> bool {
    true
}

structs! {
    argument Argument box_ Box clone Clone commit Commit copy Copy default Default deserialize Deserialize err Err
    field Field guard Guard lens Lens lower __session_field_user none None ok Ok option Option partial_eq PartialEq
    path Path phantom_data PhantomData response Response result Result send Send serialize Serialize session Session
    session_state SessionState some Some state State string String vec Vec
}

// A type of ours that is mentioned has another name than ours.
type __session_field_visits = u64;

mod __state {
    pub(crate) fn __base(_base: &u64, mine: &u64, theirs: &u64) -> u64 {
        mine + theirs
    }
}

#[session]
struct Mentioned {
    #[session(merge = __state::__base)]
    visits: __session_field_visits,
}

mod shadowed {
    #![allow(unused_macros)]

    mod core {}
    mod std {}
    mod serde {}
    mod session_axum {}
    mod session_core {}
    macro_rules! compile_error {
        () => {};
    }
    macro_rules! unreachable {
        () => {};
    }

    #[::session_axum::session]
    pub(crate) struct Shop {
        #[session(principal)]
        user: Option<u64>,
        #[session(default = 1, merge = sum)]
        visits: u64,
    }

    #[::session_axum::require_session(existing, or_redirect = "/", allow = super::is_yes)]
    pub(crate) async fn visit(shop: &mut Shop, _: super::Path<u64>) {
        shop.visits += 1;
    }
}

fn main() {
    let _ = routes();
    let _ = Router::<Sessions<shadowed::Shop>>::new().route("/{id}", get(shadowed::visit));
    assert_eq!(Replaced::default().state, 0);
    assert_eq!(Merged::default().state, 1);
    assert_eq!(Joined::default().r#type, Mentioned::default().visits);
    assert_eq!(principal::State { state: Some(7) }.principal(), Some(&7));
    assert_eq!(principal::Type { r#type: Some(7) }.principal(), Some(&7));
}
