::core::compile_error! { "unknown option `principle`: did you mean `principal`? `#[session]` on a field takes `principal`, `merge = sum`, `default = …`, `rename = \"…\"`, `alias = \"…\"`, `carry`, `flatten`, `opaque`, `ttl = \"10m\"`" }
#[derive(
    ::core::clone::Clone,
    ::core::cmp::PartialEq,
    ::session_axum::__private::serde::Serialize,
    ::session_axum::__private::serde::Deserialize,
)]
#[serde(crate = "::session_axum::__private::serde")]
pub struct Shop {
    user: Option<UserId>,
}
const _: () = {
    #[automatically_derived]
    impl ::session_axum::state::HasFields for Shop {
        const STORED_NAMES: &'static [::session_axum::state::StoredName] = &[];
        fn table() -> &'static ::session_axum::state::Table<Self> {
            ::core::unreachable!()
        }
    }
    #[automatically_derived]
    impl ::session_axum::SessionState for Shop {
        const NAME: &'static str = "Shop";
        const ALIASES: &'static [&'static str] = &[];
        type Ownership = ::session_axum::state::Owned<Self::Principal>;
        type Principal = ::session_axum::NoPrincipal;
        fn principal(&self) -> ::core::option::Option<&Self::Principal> {
            ::core::option::Option::None
        }
        fn set_principal(&mut self, __principal: Self::Principal) {
            match __principal {}
        }
    }
    #[automatically_derived]
    impl ::core::default::Default for Shop {
        fn default() -> Self {
            ::core::unreachable!()
        }
    }
};
