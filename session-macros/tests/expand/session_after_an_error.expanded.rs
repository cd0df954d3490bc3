::core::compile_error! { "unknown option `principle`: did you mean `principal`? `#[session]` on a field takes `principal`, `merge = sum`, `default = …`, `rename = \"…\"`, `alias = \"…\"`, `carry`" }
#[derive(
    ::core::clone::Clone,
    ::core::cmp::PartialEq,
    ::session_core::__private::serde::Serialize,
    ::session_core::__private::serde::Deserialize,
)]
#[serde(crate = "::session_core::__private::serde")]
pub struct Shop {
    user: Option<UserId>,
}
const _: () = {
    #[automatically_derived]
    impl ::session_core::SessionState for Shop {
        type Principal = ::session_core::NoPrincipal;
        const FIELDS: &'static [::session_core::__private::Field<Self>] = &[];
        fn principal(&self) -> ::core::option::Option<&Self::Principal> {
            ::core::option::Option::None
        }
    }
    #[automatically_derived]
    impl ::session_core::WithPrincipal for Shop {}
    #[automatically_derived]
    impl ::core::default::Default for Shop {
        fn default() -> Self {
            ::core::unreachable!()
        }
    }
};
