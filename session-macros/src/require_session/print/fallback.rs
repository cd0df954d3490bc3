//! The expansion of `#[require_session]` after an error: the function as it is, inside of a handler
//! of its name without arguments, so that the routes that use it cause no further errors.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::FnArg;

use crate::require_session::parse::Function;

/// The attributes that stay: they are harmless on a handler without arguments.
const HARMLESS_ATTRIBUTES: [&str; 7] = ["allow", "cfg", "deny", "doc", "expect", "forbid", "warn"];

/// A function that cannot be a handler.
pub(crate) struct Fallback(Function);

impl Fallback {
    pub(crate) fn new(mut function: Function) -> Self {
        function
            .attrs
            .retain(|attr| HARMLESS_ATTRIBUTES.iter().any(|name| attr.path().is_ident(name)));
        Self(function)
    }
}

impl ToTokens for Fallback {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Function { attrs, vis, signature, body } = &self.0;
        if matches!(signature.inputs.first(), Some(FnArg::Receiver(_))) {
            return self.0.to_tokens(tokens);
        }
        let (name, generics) = (&signature.ident, &signature.generics);
        let bounds = &generics.where_clause;
        tokens.extend(quote! {
            #(#attrs)*
            #vis async fn #name #generics () -> ::session_axum::guard::Response #bounds {
                #[allow(dead_code)]
                #signature #body
                ::core::unreachable!()
            }
        });
    }
}
