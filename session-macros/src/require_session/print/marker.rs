//! The marker type of a handler: it carries the values of `or_redirect` and `allow`, which no type
//! of the library can.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt as _;

use super::argument::state_type;
use crate::require_session::model::Handler;
use crate::require_session::parse::Options;

/// The marker's name: it contains the handler's, so that no two of a module are the same.
pub(super) fn marker_name(handler: &Handler) -> Ident {
    let name = handler.function.signature.ident.unraw();
    format_ident!("__{name}_requires", span = Span::mixed_site())
}

/// The marker type and its impls, if an option needs them.
pub(super) fn marker(handler: &Handler) -> Option<TokenStream> {
    let Options { or_redirect, allow, .. } = &handler.options;
    if or_redirect.is_none() && allow.is_none() {
        return None;
    }
    let marker = marker_name(handler);
    let vis = &handler.function.vis;
    let cfgs = handler.function.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let cfgs = quote!(#(#cfgs)*);
    let or_redirect = or_redirect.as_ref().map(|(_, path)| {
        quote! {
            #cfgs
            impl ::session_axum::guard::OrRedirect for #marker {
                const TO: &'static str = #path;
            }
        }
    });
    let allow = allow.as_ref().zip(handler.sessions().next()).map(|((option, path), session)| {
        let state = state_type(session);
        let allow = quote_spanned!(option.span()=> ::session_axum::guard::Allow<#state>);
        quote! {
            #cfgs
            impl #allow for #marker {
                const IF: fn(&#state) -> bool = #path;
            }
        }
    });
    Some(quote! {
        #cfgs
        #[doc(hidden)]
        #[allow(missing_copy_implementations, missing_debug_implementations, non_camel_case_types)]
        #vis struct #marker;
        #or_redirect
        #allow
    })
}
