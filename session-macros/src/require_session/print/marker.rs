//! The marker type of a handler: it carries the values of `or_redirect` and `allow`, which no type
//! of the library can.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{GenericParam, Generics, Ident, LifetimeParam, TypeParam};

use super::argument::state_type;
use crate::require_session::model::Handler;
use crate::require_session::parse::Options;
use crate::spans::located_at;

/// The marker's name: it contains the handler's, so that no two of a module are the same.
fn marker_name(handler: &Handler) -> Ident {
    let name = handler.function.signature.ident.unraw();
    format_ident!("__{name}_requires", span = Span::mixed_site())
}

/// The marker type, as the handler names it.
pub(super) fn marker_type(handler: &Handler) -> TokenStream {
    let name = marker_name(handler);
    let (_, arguments, _) = handler.generics.declared.split_for_impl();
    quote!(#name #arguments)
}

/// The marker type and its impls, if an option needs them.
pub(super) fn marker(handler: &Handler) -> Option<TokenStream> {
    let Options { or_redirect, allow, .. } = &handler.options;
    // Inside of an `impl` rustc refuses this struct, and points at the option.
    let option = or_redirect.as_ref().map(|(option, _)| option);
    let option = option.or(allow.as_ref().map(|(option, _)| option))?;
    let span = option.span();
    let (name, ty) = (marker_name(handler), marker_type(handler));
    let vis = &handler.function.vis;
    let cfgs = handler.function.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let cfgs = quote!(#(#cfgs)*);
    let generics = &handler.generics.declared;
    let (parameters, _, bounds) = generics.split_for_impl();
    let content = content(generics);
    let or_redirect = or_redirect.as_ref().map(|(_, path)| {
        let redirects = quote! {
            impl #parameters ::session_axum::guard::OrRedirect for #ty #bounds {
                const TO: &'static str = #path;
            }
        };
        let redirects = located_at(span, redirects);
        quote!(#cfgs #redirects)
    });
    let allow = allow.as_ref().zip(handler.sessions().next()).map(|((option, path), session)| {
        let state = state_type(session);
        let allow = quote_spanned!(option.span()=> ::session_axum::guard::Allow<#state>);
        quote! {
            #cfgs
            impl #parameters #allow for #ty #bounds {
                const IF: fn(&#state) -> bool = #path;
            }
        }
    });
    let declaration = quote! {
        #[doc(hidden)]
        #[allow(missing_copy_implementations, missing_debug_implementations, non_camel_case_types)]
        #vis struct #name #generics #content #bounds;
    };
    let declaration = located_at(span, declaration);
    Some(quote! {
        #cfgs
        #declaration
        #or_redirect
        #allow
    })
}

/// The content of a marker type that has the generics of its handler: nothing.
fn content(generics: &Generics) -> Option<TokenStream> {
    if generics.params.is_empty() {
        return None;
    }
    let mentions = generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Lifetime(LifetimeParam { lifetime, .. }) => Some(quote!(&#lifetime ())),
        GenericParam::Type(TypeParam { ident, .. }) => Some(quote!(#ident)),
        GenericParam::Const(_) => None,
    });
    Some(quote!((#(::core::marker::PhantomData<#mentions>),*)))
}
