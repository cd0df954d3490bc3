//! The requirements of a session: the library's types for the options, beside the session's type.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;

use crate::require_session::parse::Options;
use crate::spans::located_at;

/// The requirements of the first session argument, as one type. `marker` is the handler's marker
/// type.
pub(super) fn first_requirements(options: &Options, marker: &TokenStream) -> Option<TokenStream> {
    let existing = options.existing.as_ref().map(|option| requirement(option, "Existing"));
    let authenticated =
        options.authenticated.as_ref().map(|option| requirement(option, "Authenticated"));
    let fresh = options.fresh.as_ref().map(|(option, seconds)| {
        let fresh = requirement(option, "Fresh");
        quote!(#fresh<#seconds>)
    });
    let of_marker = |option: &Ident, name| {
        let requirement = requirement(option, name);
        let marker = located_at(option.span(), marker.clone());
        quote!(#requirement<#marker>)
    };
    let redirects = options.or_redirect.as_ref().map(|(option, _)| of_marker(option, "Redirects"));
    let allows = options.allow.as_ref().map(|(option, _)| {
        let allows = if options.state.is_some() { "AllowsWith" } else { "Allows" };
        of_marker(option, allows)
    });
    pairs([existing, authenticated, fresh, redirects, allows, further_requirements(options)])
}

/// The requirements of each further session argument, as one type: the options that concern the
/// whole request and not one session.
pub(super) fn further_requirements(options: &Options) -> Option<TokenStream> {
    let background = options.background.as_ref().map(|option| requirement(option, "Background"));
    let commit_always =
        options.commit_always.as_ref().map(|option| requirement(option, "CommitAlways"));
    let cross_site = options.cross_site.as_ref().map(|option| requirement(option, "CrossSite"));
    pairs([background, commit_always, cross_site])
}

/// `(A, (B, C))` of `A`, `B` and `C`.
fn pairs<const N: usize>(types: [Option<TokenStream>; N]) -> Option<TokenStream> {
    types.into_iter().flatten().rev().reduce(|inner, outer| quote!((#outer, #inner)))
}

/// The library's type for an option, with the span of the option.
fn requirement(option: &Ident, name: &str) -> TokenStream {
    let name = Ident::new(name, option.span());
    quote_spanned!(option.span()=> ::session_axum::guard::#name)
}
