//! The expansion of a handler: the user's function inside of the function that axum calls.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Ident, ReturnType, Signature};

use super::argument::{call_argument, end, extractor_parameter, guard_parameter};
use super::checks::checks;
use super::marker::{marker, marker_name};
use super::requirements::{first_requirements, further_requirements};
use super::types::contains_impl;
use crate::require_session::model::{Argument, Handler};
use crate::require_session::parse::Function;

impl ToTokens for Handler {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Function { attrs, vis, signature, body } = &self.function;
        let (name, asyncness, fn_token) =
            (&signature.ident, &signature.asyncness, &signature.fn_token);
        let parameters = parameters(self);
        let inner = inner_signature(self);
        let allow = allow_unused_async(self);
        let call = call(self, &inner.ident);
        let commit = Ident::new("__commit", Span::mixed_site());
        let ends = self.sessions().map(|session| end(session, &commit));
        let checks = checks(self);
        let marker = marker(self);
        tokens.extend(quote! {
            #(#attrs)*
            #vis #asyncness #fn_token #name(#(#parameters),*) -> ::session_axum::guard::Response {
                #checks
                #allow
                #inner #body
                let mut #commit = ::session_axum::guard::Commit::new(#call);
                #(#ends)*
                #commit.save().await
            }
            #marker
        });
    }
}

/// The sessions, then the extractors: one that reads the body must be the last argument.
fn parameters(handler: &Handler) -> Vec<TokenStream> {
    let first = first_requirements(&handler.options, &marker_name(handler));
    let further = further_requirements(&handler.options);
    let sessions = handler.sessions().enumerate().map(|(index, session)| {
        guard_parameter(session, if index == 0 { first.as_ref() } else { further.as_ref() })
    });
    let extractors = handler.arguments.iter().filter_map(|argument| match argument {
        Argument::Session(_) => None,
        Argument::Extractor(extractor) => Some(extractor_parameter(extractor)),
    });
    sessions.chain(extractors).collect()
}

/// The signature of the user's function. It keeps its name unless an argument has the same one: the
/// inner function would hide the argument.
fn inner_signature(handler: &Handler) -> Signature {
    let mut inner = handler.function.signature.clone();
    if handler.arguments.iter().any(|argument| *argument.name() == inner.ident) {
        inner.ident = Ident::new("__handler", inner.ident.span());
    }
    inner
}

/// The `allow` of a function that is `async` and awaits nothing, as a handler may be. A user's own
/// attribute for this lint is left alone: beside ours, an `expect` would be unfulfilled.
fn allow_unused_async(handler: &Handler) -> Option<TokenStream> {
    let mut attrs = handler.function.attrs.iter();
    let written = attrs.any(|attr| attr.to_token_stream().to_string().contains("unused_async"));
    (!written).then(|| quote!(#[allow(clippy::unused_async)]))
}

/// The call of the user's function, and the response made of its return value, which may borrow
/// from the session. The return type is printed, unless it has no name, so that rustc reports an
/// error there.
fn call(handler: &Handler, inner: &Ident) -> TokenStream {
    let arguments = handler.arguments.iter().map(call_argument);
    let return_type = match &handler.function.signature.output {
        ReturnType::Type(_, ty) if !contains_impl(ty.to_token_stream()) => Some(quote!(::<#ty>)),
        _ => None,
    };
    quote!(::session_axum::guard::respond #return_type (#inner(#(#arguments),*).await))
}
