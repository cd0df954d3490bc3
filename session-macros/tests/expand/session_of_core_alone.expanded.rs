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
        fn comparison()
        -> ::core::option::Option<::session_core::state::same::Comparison<Self::Value>> {
            use ::session_core::state::same::{ByEncoding as _, ByEquality as _, BySelf as _};
            (&&&::session_core::state::same::Compare::<Option<u64>>::NEW).comparison()
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
        fn comparison()
        -> ::core::option::Option<::session_core::state::same::Comparison<Self::Value>> {
            use ::session_core::state::same::{ByEncoding as _, ByEquality as _, BySelf as _};
            (&&&::session_core::state::same::Compare::<u64>::NEW).comparison()
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
    impl ::session_core::state::HasFields for Shop {
        const STORED_NAMES: &'static [::session_core::state::StoredName] = &[
            ::session_core::state::StoredName::field("user"),
            ::session_core::state::StoredName::field("visits"),
        ];
        fn table() -> &'static ::session_core::state::Table<Self> {
            static TABLE: ::session_core::state::Table<Shop> =
                ::session_core::state::Table::new(&[
                    ::session_core::state::Field::of::<__session_field_user>("user").principal(),
                    ::session_core::state::Field::of::<__session_field_visits>("visits"),
                ]);
            &TABLE
        }
    }
    #[automatically_derived]
    impl ::session_core::SessionState for Shop {
        const NAME: &'static str = "Shop";
        const ALIASES: &'static [&'static str] = &[];
        type Ownership = ::session_core::state::Owned<
            <Option<u64> as ::session_core::state::PrincipalField>::Principal,
        >;
        type Principal = <Self::Ownership as ::session_core::state::Ownership>::Principal;
        fn principal(&self) -> ::core::option::Option<&Self::Principal> {
            <Option<u64> as ::session_core::state::PrincipalField>::principal(&self.user)
        }
        fn set_principal(&mut self, __principal: Self::Principal) {
            <Option<u64> as ::session_core::state::PrincipalField>::set_principal(
                &mut self.user,
                __principal,
            )
        }
    }
};
