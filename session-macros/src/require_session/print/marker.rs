//! The marker type of a handler: it carries the values of `or_redirect` and `allow`, which no type
//! of the library can.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Expr, GenericParam, Generics, Ident, LifetimeParam, TypeParam};

use super::argument::state_type;
use crate::require_session::model::Handler;
use crate::require_session::parse::Options;
use crate::spans::{first_and_last_span, located_at};

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
    let allow = allow_impl(handler).map(|allow| {
        quote! {
            #cfgs
            impl #parameters #allow
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

/// The rest of the impl that calls the function of `allow`: what it returns may be a future.
fn allow_impl(handler: &Handler) -> Option<TokenStream> {
    let (option, function) = handler.options.allow.as_ref()?;
    let session_type = state_type(handler.sessions().next()?);
    let ty = marker_type(handler);
    let bounds = &handler.generics.declared.where_clause;
    let (session, state) = (mixed_site("session"), mixed_site("state"));
    let (first, _) = first_and_last_span(function);
    let called = match function {
        Expr::Path(path) => quote!(#path),
        other => quote!((#other)),
    };
    let span = option.span();
    let (name, associated, parameter, argument) = match &handler.options.state {
        None => (quote_spanned!(span=> Allow), None, None, None),
        Some((_, state_type)) => (
            quote_spanned!(span=> AllowWith),
            Some(quote!(type State = #state_type;)),
            Some(quote!(, #state: &#state_type)),
            Some(quote!(, #state)),
        ),
    };
    // What is wrong with the function is reported there.
    let borrowed = mixed_site("borrowed");
    let arguments = quote_spanned!(first=> (#borrowed #argument));
    let answer = quote_spanned!(first=> ::session_axum::guard::Answer(#called #arguments));
    let call = quote_spanned!(first=> #answer.verdict().await);
    let guard = quote_spanned!(span=> ::session_axum::guard);
    Some(quote! {
        #guard::#name<#session_type> for #ty #bounds {
            #associated
            async fn allow(
                #session: &::session_axum::Session<#session_type> #parameter
            ) -> ::core::result::Result<(), ::session_axum::guard::Denied> {
                #[allow(unused_imports)]
                use ::session_axum::guard::AsyncAnswer as _;
                // Of this type, so that a generic function is asked of the state.
                let #borrowed: &#session_type = #session;
                #call
            }
        }
    })
}

fn mixed_site(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
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
