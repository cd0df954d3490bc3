#[derive(
    ::core::clone::Clone,
    ::core::cmp::PartialEq,
    ::core::default::Default,
    ::session_core::__private::serde::Serialize,
    ::session_core::__private::serde::Deserialize,
)]
#[serde(crate = "::session_core::__private::serde")]
struct Shop {
    user: Option<u64>,
    visits: u64,
}
#[allow(deprecated, non_camel_case_types)]
const _: () = {
    struct __session_field_user;
    impl ::session_core::state::Lens for __session_field_user {
        type State = Shop;
        type Value = Option<u64>;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.user
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.user
        }
    }
    struct __session_field_visits;
    impl ::session_core::state::Lens for __session_field_visits {
        type State = Shop;
        type Value = u64;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.visits
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.visits
        }
        fn merge(
            __base: &Self::Value,
            __mine: &Self::Value,
            __theirs: &Self::Value,
        ) -> Self::Value {
            ::session_core::merge::sum::<u64>(__base, __mine, __theirs)
        }
    }
    #[automatically_derived]
    impl ::session_core::SessionState for Shop {
        const NAME: &'static str = "Shop";
        const ALIASES: &'static [&'static str] = &[];
        type Principal = <Option<u64> as ::session_core::state::PrincipalField>::Principal;
        const FIELDS: &'static [::session_core::state::Field<Self>] = &[
            ::session_core::state::Field::of::<__session_field_user>("user").principal(),
            ::session_core::state::Field::of::<__session_field_visits>("visits"),
        ];
        fn principal(&self) -> ::core::option::Option<&Self::Principal> {
            <Option<u64> as ::session_core::state::PrincipalField>::principal(&self.user)
        }
    }
    #[automatically_derived]
    impl ::session_core::WithPrincipal for Shop {
        fn set_principal(&mut self, principal: Self::Principal) {
            <Option<u64> as ::session_core::state::PrincipalField>::set_principal(
                &mut self.user,
                principal,
            );
        }
    }
};
