//! The handler's own type: what options say that no other type can.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt as _;

use crate::require_session::model::Handler;
use crate::require_session::parse::Requirements;

impl Handler {
    /// Its name: the handler's, so that no other handler of the module has it.
    pub(crate) fn own_name(&self) -> Ident {
        let name = self.function.signature.ident.unraw();
        format_ident!("__{name}_requires", span = Span::mixed_site())
    }

    /// The type, if an option needs it, and what it says.
    pub(crate) fn own(&self) -> Option<TokenStream> {
        let own = self.own_name();
        let Requirements { or_redirect, allow, .. } = &self.requirements;
        if or_redirect.is_none() && allow.is_none() {
            return None;
        }
        let vis = &self.function.vis;
        let cfgs = self.function.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
        let cfgs = quote!(#(#cfgs)*);
        let redirects = or_redirect.as_ref().map(|(_, path)| {
            quote! {
                #cfgs
                impl ::session_core::__private::OrRedirect for #own {
                    const TO: &'static str = #path;
                }
            }
        });
        let allows = allow.as_ref().zip(self.sessions().next()).map(|((word, path), session)| {
            let state = session.state();
            let allow = quote_spanned!(word.span()=> ::session_core::__private::Allow<#state>);
            quote! {
                #cfgs
                impl #allow for #own {
                    const IF: fn(&#state) -> bool = #path;
                }
            }
        });
        Some(quote! {
            #cfgs
            #[doc(hidden)]
            #[allow(missing_copy_implementations, missing_debug_implementations, non_camel_case_types)]
            #vis struct #own;
            #redirects
            #allows
        })
    }
}
