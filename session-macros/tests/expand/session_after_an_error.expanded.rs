::core::compile_error! { "unknown option `principle`: did you mean `principal`? `#[session]` on a field takes `principal`, `merge = sum`, `default = …`, `rename = \"…\"`, `alias = \"…\"`, `carry`" }
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
    impl ::session_axum::SessionState for Shop {
        const NAME: &'static str = "Shop";
        const ALIASES: &'static [&'static str] = &[];
        type Principal = ::session_axum::NoPrincipal;
        const FIELDS: &'static [::session_axum::state::Field<Self>] = &[];
        fn principal(&self) -> ::core::option::Option<&Self::Principal> {
            ::core::option::Option::None
        }
    }
    #[automatically_derived]
    impl ::session_axum::WithPrincipal for Shop {
        fn set_principal(&mut self, _: Self::Principal) {}
    }
    #[automatically_derived]
    impl ::core::default::Default for Shop {
        fn default() -> Self {
            ::core::unreachable!()
        }
    }
};
