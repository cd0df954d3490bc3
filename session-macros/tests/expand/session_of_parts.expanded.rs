#[derive(
    ::core::clone::Clone,
    ::core::cmp::PartialEq,
    ::core::default::Default,
    ::session_axum::__private::serde::Serialize,
    ::session_axum::__private::serde::Deserialize,
)]
#[serde(crate = "::session_axum::__private::serde")]
struct Shop {
    login: accounts::Login,
    browser: Device,
    hint: String,
}
#[allow(deprecated, non_camel_case_types)]
const _: () = {
    struct __session_field_login;
    impl ::session_axum::state::Lens for __session_field_login {
        type State = Shop;
        type Value = accounts::Login;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.login
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.login
        }
    }
    struct __session_field_browser;
    impl ::session_axum::state::Lens for __session_field_browser {
        type State = Shop;
        type Value = Device;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.browser
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.browser
        }
    }
    struct __session_field_hint;
    impl ::session_axum::state::Lens for __session_field_hint {
        type State = Shop;
        type Value = String;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.hint
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.hint
        }
        fn comparison()
        -> ::core::option::Option<::session_axum::state::same::Comparison<Self::Value>> {
            use ::session_axum::state::same::{ByEncoding as _, ByEquality as _, BySelf as _};
            (&&&::session_axum::state::same::Compare::<String>::NEW).comparison()
        }
    }
    #[automatically_derived]
    impl ::session_axum::state::HasFields for Shop {
        const STORED_NAMES: &'static [::session_axum::state::StoredName] = &[
            ::session_axum::state::StoredName::part(
                "login",
                <accounts::Login as ::session_axum::state::HasFields>::STORED_NAMES,
            ),
            ::session_axum::state::StoredName::part(
                "device",
                <Device as ::session_axum::state::HasFields>::STORED_NAMES,
            ),
            ::session_axum::state::StoredName::field("login.hint"),
        ];
        fn table() -> &'static ::session_axum::state::Table<Self> {
            static TABLE: ::session_axum::state::Table<Shop> =
                ::session_axum::state::Table::new(&[
                    ::session_axum::state::Field::part::<__session_field_login>("login"),
                    ::session_axum::state::Field::part::<__session_field_browser>("device"),
                    ::session_axum::state::Field::of::<__session_field_hint>("login.hint"),
                ]);
            &TABLE
        }
    }
    #[automatically_derived]
    impl ::session_axum::SessionState for Shop {
        const NAME: &'static str = "Shop";
        const ALIASES: &'static [&'static str] = &[];
        type Ownership = < < accounts::Login as::session_axum::SessionState > ::Ownership as::session_axum::state::Either < < Device as::session_axum::SessionState > ::Ownership >> ::Ownership ;
        type Principal = <Self::Ownership as ::session_axum::state::Ownership>::Principal;
        fn principal(&self) -> ::core::option::Option<&Self::Principal> {
            < < accounts::Login as::session_axum::SessionState > ::Ownership as::session_axum::state::Either < < Device as::session_axum::SessionState > ::Ownership >> ::either (< accounts::Login as::session_axum::SessionState > ::principal (& self . login) , < Device as::session_axum::SessionState > ::principal (& self . browser))
        }
        fn set_principal(&mut self, __principal: Self::Principal) {
            < < accounts::Login as::session_axum::SessionState > ::Ownership as::session_axum::state::Either < < Device as::session_axum::SessionState > ::Ownership >> ::hand (__principal , | __principal | < accounts::Login as::session_axum::SessionState > ::set_principal (& mut self . login , __principal) , | __principal | < Device as::session_axum::SessionState > ::set_principal (& mut self . browser , __principal))
        }
    }
    const _: () = ::session_axum::state::StoredName::check_free(
        <accounts::Login as ::session_axum::state::HasFields>::STORED_NAMES,
        "hint",
        "the field `hint` is stored as `login.hint`, as one of `login` is: use another name",
    );
    const _: () = ::session_axum::state::StoredName::check_length(
        "login",
        <accounts::Login as ::session_axum::state::HasFields>::STORED_NAMES,
        "the fields of `login` are stored under names of more than 255 bytes: shorten `login` with `rename`",
    );
    const _: () = ::session_axum::state::StoredName::check_length(
        "device",
        <Device as ::session_axum::state::HasFields>::STORED_NAMES,
        "the fields of `browser` are stored under names of more than 255 bytes: shorten `browser` with `rename`",
    );
};
#[derive(
    ::core::clone::Clone,
    ::core::default::Default,
    ::session_axum::__private::serde::Serialize,
    ::session_axum::__private::serde::Deserialize,
)]
#[serde(crate = "::session_axum::__private::serde")]
struct Login {
    code: Option<u32>,
    verifier: Option<oauth::Verifier>,
}
#[allow(deprecated, non_camel_case_types)]
const _: () = {
    struct __session_field_code;
    impl ::session_axum::state::Lens for __session_field_code {
        type State = Login;
        type Value = Option<u32>;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.code
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.code
        }
        fn comparison()
        -> ::core::option::Option<::session_axum::state::same::Comparison<Self::Value>> {
            use ::session_axum::state::same::{ByEncoding as _, ByEquality as _, BySelf as _};
            (&&&::session_axum::state::same::Compare::<Option<u32>>::NEW).comparison()
        }
    }
    struct __session_field_verifier;
    impl ::session_axum::state::Lens for __session_field_verifier {
        type State = Login;
        type Value = Option<oauth::Verifier>;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.verifier
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.verifier
        }
    }
    #[automatically_derived]
    impl ::session_axum::state::HasFields for Login {
        const STORED_NAMES: &'static [::session_axum::state::StoredName] = &[
            ::session_axum::state::StoredName::field("code"),
            ::session_axum::state::StoredName::field("verifier"),
        ];
        fn table() -> &'static ::session_axum::state::Table<Self> {
            static TABLE: ::session_axum::state::Table<Login> =
                ::session_axum::state::Table::new(&[
                    ::session_axum::state::Field::of::<__session_field_code>("code").ttl(600u64),
                    ::session_axum::state::Field::opaque::<__session_field_verifier>("verifier")
                        .ttl(3600u64),
                ]);
            &TABLE
        }
    }
    #[automatically_derived]
    impl ::session_axum::SessionState for Login {
        const NAME: &'static str = "Login";
        const ALIASES: &'static [&'static str] = &[];
        type Ownership = ::session_axum::state::Nobody;
        type Principal = ::session_axum::NoPrincipal;
        fn principal(&self) -> ::core::option::Option<&Self::Principal> {
            ::core::option::Option::None
        }
        fn set_principal(&mut self, __principal: Self::Principal) {
            match __principal {}
        }
    }
};
