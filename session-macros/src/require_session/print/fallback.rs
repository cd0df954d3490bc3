//! What `#[require_session]` writes after a mistake: the function as it is, inside of a handler
//! of its name, so that the routes that use it have nothing to add.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::FnArg;

use crate::require_session::parse::Function;

/// What is known to be harmless on a handler without arguments.
const KEPT: [&str; 7] = ["allow", "cfg", "deny", "doc", "expect", "forbid", "warn"];

/// A function with a mistake.
pub(crate) struct Broken(Function);

impl Broken {
    pub(crate) fn new(mut function: Function) -> Self {
        function.attrs.retain(|attr| KEPT.iter().any(|kept| attr.path().is_ident(kept)));
        Self(function)
    }
}

impl ToTokens for Broken {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Function { attrs, vis, signature, body } = &self.0;
        if matches!(signature.inputs.first(), Some(FnArg::Receiver(_))) {
            return self.0.to_tokens(tokens);
        }
        let name = &signature.ident;
        tokens.extend(quote! {
            #(#attrs)*
            #vis async fn #name() -> ::session_core::__private::Response {
                #[allow(dead_code)]
                #signature #body
                ::core::unreachable!()
            }
        });
    }
}
