//! The `#[derive(…)]` that `#[session]` adds to the struct.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::session::model::{Derives, RequiredTrait};

impl ToTokens for Derives {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let derived: Vec<_> = self.derived().collect();
        if !derived.is_empty() {
            tokens.extend(quote!(#[derive(#(#derived),*)]));
        }
        if self.needs_serde_crate() {
            tokens.extend(quote!(#[serde(crate = "::session_core::__private::serde")]));
        }
    }
}

impl ToTokens for RequiredTrait {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Clone => quote!(::core::clone::Clone),
            Self::PartialEq => quote!(::core::cmp::PartialEq),
            Self::Default => quote!(::core::default::Default),
            Self::Serialize => quote!(::session_core::__private::serde::Serialize),
            Self::Deserialize => quote!(::session_core::__private::serde::Deserialize),
        });
    }
}
