#[derive(::core::cmp::PartialEq, ::session_axum::__private::serde::Deserialize)]
#[serde(crate = "::session_axum::__private::serde")]
#[derive(serde::Serialize)]
struct Settings {
    #[doc = " Which colours."]
    pub theme: Theme,
    r#type: String,
    #[cfg(feature = "tags")]
    tags: Vec<String>,
}
#[allow(deprecated, non_camel_case_types)]
const _: () = {
    struct __session_field_theme;
    impl ::session_axum::state::Lens for __session_field_theme {
        type State = Settings;
        type Value = Theme;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.theme
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.theme
        }
        fn comparison()
        -> ::core::option::Option<::session_axum::state::same::Comparison<Self::Value>> {
            use ::session_axum::state::same::{ByEncoding as _, ByEquality as _, BySelf as _};
            (&&&::session_axum::state::same::Compare::<Theme>::NEW).comparison()
        }
    }
    struct __session_field_type;
    impl ::session_axum::state::Lens for __session_field_type {
        type State = Settings;
        type Value = String;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.r#type
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.r#type
        }
        fn comparison()
        -> ::core::option::Option<::session_axum::state::same::Comparison<Self::Value>> {
            use ::session_axum::state::same::{ByEncoding as _, ByEquality as _, BySelf as _};
            (&&&::session_axum::state::same::Compare::<String>::NEW).comparison()
        }
    }
    #[cfg(feature = "tags")]
    struct __session_field_tags;
    #[cfg(feature = "tags")]
    impl ::session_axum::state::Lens for __session_field_tags {
        type State = Settings;
        type Value = Vec<String>;
        fn get(__state: &Self::State) -> &Self::Value {
            &__state.tags
        }
        fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
            &mut __state.tags
        }
        fn comparison()
        -> ::core::option::Option<::session_axum::state::same::Comparison<Self::Value>> {
            use ::session_axum::state::same::{ByEncoding as _, ByEquality as _, BySelf as _};
            (&&&::session_axum::state::same::Compare::<Vec<String>>::NEW).comparison()
        }
        fn merge(
            __base: &Self::Value,
            __mine: &Self::Value,
            __theirs: &Self::Value,
        ) -> Self::Value {
            crate::merge::tags(__base, __mine, __theirs)
        }
    }
    #[automatically_derived]
    impl ::session_axum::state::HasFields for Settings {
        const STORED_NAMES: &'static [::session_axum::state::StoredName] = &[
            ::session_axum::state::StoredName::field("theme"),
            ::session_axum::state::StoredName::field("lang"),
            ::session_axum::state::StoredName::field("language"),
            ::session_axum::state::StoredName::field("locale"),
            #[cfg(feature = "tags")]
            ::session_axum::state::StoredName::field("tags"),
        ];
        fn table() -> &'static ::session_axum::state::Table<Self> {
            static TABLE: ::session_axum::state::Table<Settings> =
                ::session_axum::state::Table::new(&[
                    ::session_axum::state::Field::of::<__session_field_theme>("theme").carry(),
                    ::session_axum::state::Field::of::<__session_field_type>("lang")
                        .alias(&["language", "locale"]),
                    #[cfg(feature = "tags")]
                    ::session_axum::state::Field::of::<__session_field_tags>("tags"),
                ]);
            &TABLE
        }
    }
    #[automatically_derived]
    impl ::session_axum::SessionState for Settings {
        const NAME: &'static str = "settings";
        const ALIASES: &'static [&'static str] = &["preferences", "options"];
        type Ownership = ::session_axum::state::Nobody;
        type Principal = ::session_axum::NoPrincipal;
        fn principal(&self) -> ::core::option::Option<&Self::Principal> {
            ::core::option::Option::None
        }
        fn set_principal(&mut self, __principal: Self::Principal) {
            match __principal {}
        }
    }
    #[automatically_derived]
    impl ::core::default::Default for Settings {
        fn default() -> Self {
            Self {
                theme: Theme::Dark,
                r#type: <String as ::core::default::Default>::default(),
                #[cfg(feature = "tags")]
                tags: <Vec<String> as ::core::default::Default>::default(),
            }
        }
    }
};
