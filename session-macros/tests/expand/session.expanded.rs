#[derive(
    ::core::clone::Clone,
    ::core::cmp::PartialEq,
    ::core::default::Default,
    ::session_axum::__private::serde::Serialize,
    ::session_axum::__private::serde::Deserialize,
)]
#[serde(crate = "::session_axum::__private::serde")]
#[derive(Debug)]
pub struct Shop {
    user: Option<UserId>,
    visits: u64,
    cart: Vec<Sku>,
    notice: Option<String>,
}
#[allow(deprecated, non_camel_case_types)]
const _: () = {
    struct __session_field_user;
    impl ::session_axum::state::Lens for __session_field_user {
        type State = Shop;
        type Value = Option<UserId>;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.user
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.user
        }
        fn comparison()
        -> ::core::option::Option<::session_axum::state::same::Comparison<Self::Value>> {
            use ::session_axum::state::same::{ByEncoding as _, ByEquality as _, BySelf as _};
            (&&&::session_axum::state::same::Compare::<Option<UserId>>::NEW).comparison()
        }
    }
    struct __session_field_visits;
    impl ::session_axum::state::Lens for __session_field_visits {
        type State = Shop;
        type Value = u64;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.visits
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.visits
        }
        fn comparison()
        -> ::core::option::Option<::session_axum::state::same::Comparison<Self::Value>> {
            use ::session_axum::state::same::{ByEncoding as _, ByEquality as _, BySelf as _};
            (&&&::session_axum::state::same::Compare::<u64>::NEW).comparison()
        }
        fn merge(
            __base: &Self::Value,
            __mine: &Self::Value,
            __theirs: &Self::Value,
        ) -> Self::Value {
            ::session_axum::merge::sum::<u64>(__base, __mine, __theirs)
        }
    }
    struct __session_field_cart;
    impl ::session_axum::state::Lens for __session_field_cart {
        type State = Shop;
        type Value = Vec<Sku>;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.cart
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.cart
        }
        fn comparison()
        -> ::core::option::Option<::session_axum::state::same::Comparison<Self::Value>> {
            use ::session_axum::state::same::{ByEncoding as _, ByEquality as _, BySelf as _};
            (&&&::session_axum::state::same::Compare::<Vec<Sku>>::NEW).comparison()
        }
    }
    struct __session_field_notice;
    impl ::session_axum::state::Lens for __session_field_notice {
        type State = Shop;
        type Value = Option<String>;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.notice
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.notice
        }
        fn comparison()
        -> ::core::option::Option<::session_axum::state::same::Comparison<Self::Value>> {
            use ::session_axum::state::same::{ByEncoding as _, ByEquality as _, BySelf as _};
            (&&&::session_axum::state::same::Compare::<Option<String>>::NEW).comparison()
        }
    }
    #[automatically_derived]
    impl ::session_axum::state::HasFields for Shop {
        const STORED_NAMES: &'static [::session_axum::state::StoredName] = &[
            ::session_axum::state::StoredName::field("user"),
            ::session_axum::state::StoredName::field("visits"),
            ::session_axum::state::StoredName::field("cart"),
            ::session_axum::state::StoredName::field("notice"),
        ];
        fn table() -> &'static ::session_axum::state::Table<Self> {
            static TABLE: ::session_axum::state::Table<Shop> =
                ::session_axum::state::Table::new(&[
                    ::session_axum::state::Field::of::<__session_field_user>("user").principal(),
                    ::session_axum::state::Field::of::<__session_field_visits>("visits"),
                    ::session_axum::state::Field::of::<__session_field_cart>("cart"),
                    ::session_axum::state::Field::of::<__session_field_notice>("notice"),
                ]);
            &TABLE
        }
    }
    #[automatically_derived]
    impl ::session_axum::SessionState for Shop {
        const NAME: &'static str = "Shop";
        const ALIASES: &'static [&'static str] = &[];
        type Ownership = ::session_axum::state::Owned<
            <Option<UserId> as ::session_axum::state::PrincipalField>::Principal,
        >;
        type Principal = <Self::Ownership as ::session_axum::state::Ownership>::Principal;
        fn principal(&self) -> ::core::option::Option<&Self::Principal> {
            <Option<UserId> as ::session_axum::state::PrincipalField>::principal(&self.user)
        }
        fn set_principal(&mut self, __principal: Self::Principal) {
            <Option<UserId> as ::session_axum::state::PrincipalField>::set_principal(
                &mut self.user,
                __principal,
            )
        }
    }
};
