//! The crate through which the expansion names the library: the one that the user depends on.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// The library's root in the user's program. Under another name, `extern crate sess as session_axum;`
/// brings it there.
#[derive(Clone, Copy)]
pub(crate) enum Root {
    /// `::session_axum`.
    Axum,
    /// `::session_core`, for programs that have sessions and no axum.
    Core,
}

impl Root {
    /// The root with the span of the path that begins with it, so that rustc underlines the whole
    /// path at the user's tokens.
    pub(crate) fn located_at(self, span: Span) -> TokenStream {
        match self {
            Self::Axum => quote_spanned!(span=> ::session_axum),
            Self::Core => quote_spanned!(span=> ::session_core),
        }
    }

    /// The path of serde, for serde's own attribute: a string.
    pub(crate) fn serde(self) -> &'static str {
        match self {
            Self::Axum => "::session_axum::__private::serde",
            Self::Core => "::session_core::__private::serde",
        }
    }
}

impl ToTokens for Root {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Axum => quote!(::session_axum),
            Self::Core => quote!(::session_core),
        });
    }
}
