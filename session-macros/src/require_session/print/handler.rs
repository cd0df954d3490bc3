//! The expansion of a handler: the user's function inside of the function that axum calls.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericParam, Ident, ReturnType, Signature, Type};

use super::argument::{call_argument, end, extractor_parameter, guard_parameter};
use super::checks::checks;
use super::marker::{marker, marker_type};
use super::requirements::{first_requirements, further_requirements};
use crate::fresh_names::FreshNames;
use crate::require_session::model::{Argument, Handler, contains_impl, lifetimes};
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
        let generics = &self.generics.declared;
        let bounds = &generics.where_clause;
        tokens.extend(quote! {
            #(#attrs)*
            #vis #asyncness #fn_token #name #generics (#(#parameters),*) -> ::session_axum::guard::Response #bounds {
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
    let first = first_requirements(&handler.options, &marker_type(handler));
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
        let function = FreshNames::beside(handler.function.to_token_stream());
        inner.ident = function.name("__handler");
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
/// error there: a lifetime has no name here.
fn call(handler: &Handler, inner: &Ident) -> TokenStream {
    let arguments = handler.arguments.iter().map(call_argument);
    let return_type = match &handler.function.signature.output {
        ReturnType::Type(_, ty) if has_name(ty) => Some(quote!(::<#ty>)),
        _ => None,
    };
    let generics = generic_arguments(handler);
    quote!(::session_axum::guard::respond #return_type (#inner #generics (#(#arguments),*).await))
}

/// Whether the handler can name a type of the function in it.
fn has_name(ty: &Type) -> bool {
    let mut lifetimes = lifetimes(ty.to_token_stream());
    lifetimes.retain(|lifetime| lifetime != "static" && lifetime != "_");
    lifetimes.is_empty() && !contains_impl(ty.to_token_stream())
}

/// The types and constants that the function is called with: the handler's own. Lifetimes are found by rustc.
fn generic_arguments(handler: &Handler) -> Option<TokenStream> {
    let parameters = handler.generics.declared.params.iter();
    let arguments = parameters.filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => Some(&parameter.ident),
        GenericParam::Const(parameter) => Some(&parameter.ident),
        GenericParam::Lifetime(_) => None,
    });
    let arguments: Vec<_> = arguments.collect();
    (!arguments.is_empty()).then(|| quote!(::<#(#arguments),*>))
}
