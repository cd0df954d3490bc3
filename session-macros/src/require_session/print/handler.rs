//! The expansion of a handler: the user's function inside of the function that axum calls.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{GenericParam, Ident, Lifetime, ReturnType, Signature, Type};

use super::argument::{call_argument, end, extractor_parameter, guard_parameter};
use super::checks::checks;
use super::marker::{marker, marker_type};
use super::requirements::{first_requirements, further_requirements};
use crate::fresh_names::FreshNames;
use crate::require_session::model::{
    Argument, Handler, contains_impl, contains_reference, lifetimes,
};
use crate::require_session::parse::Function;
use crate::spans::{first_and_last_span, located_at};

impl ToTokens for Handler {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Function { attrs, vis, signature, body } = &self.function;
        let (name, asyncness, fn_token) =
            (&signature.ident, &signature.asyncness, &signature.fn_token);
        let parameters = parameters(self);
        let inner = inner_signature(self);
        let allow = allow_unused_async(self);
        let answer = Answer::of(self);
        let call = call(self, &inner.ident, &answer);
        let respond = &answer.function;
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
                #respond
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
fn call(handler: &Handler, inner: &Ident, answer: &Answer) -> TokenStream {
    let arguments = handler.arguments.iter().map(call_argument);
    let generics = generic_arguments(handler);
    // rustc points at the whole call: the user's name, and not the attribute.
    let arguments = Group::new(Delimiter::Parenthesis, quote!(#(#arguments),*));
    let arguments = with_span(inner.span(), arguments);
    let mut call = quote!(#inner #generics #arguments);
    if handler.is_concrete() {
        let send = located_at(inner.span(), quote!(::session_axum::guard::send));
        let argument = with_span(inner.span(), Group::new(Delimiter::Parenthesis, call));
        call = quote!(#send #argument);
    }
    let respond = &answer.call;
    quote!(#respond (#call.await))
}

/// `group` as if its delimiters stood at `place`.
fn with_span(place: Span, mut group: Group) -> Group {
    group.set_span(Span::call_site().located_at(place));
    group
}

/// How the return value becomes a response.
struct Answer {
    /// A function for it, if one is printed.
    function: Option<TokenStream>,
    /// What is called with the value.
    call: TokenStream,
}

impl Answer {
    fn of(handler: &Handler) -> Self {
        let respond = quote!(::session_axum::guard::respond);
        let ReturnType::Type(_, ty) = &handler.function.signature.output else {
            return Self { function: None, call: respond };
        };
        let tokens = ty.to_token_stream();
        if contains_impl(tokens.clone()) {
            return Self { function: None, call: respond };
        }
        if (contains_reference(tokens.clone()) || has_lifetimes(ty))
            && !handler.generics.are_in(tokens)
        {
            return Self::that_borrows(handler, ty);
        }
        let call = if has_lifetimes(ty) { respond } else { quote!(#respond::<#ty>) };
        Self { function: None, call }
    }

    /// A function of its own, so that rustc says of a borrow that axum does not take that it is one, and
    /// not that the guard lives too short.
    fn that_borrows(handler: &Handler, ty: &Type) -> Self {
        let name = FreshNames::beside(handler.function.to_token_stream()).name("__respond");
        let lifetimes = named_lifetimes(ty);
        let lifetimes =
            lifetimes.iter().map(|name| Lifetime::new(&format!("'{name}"), Span::call_site()));
        let (first, last) = first_and_last_span(ty);
        // rustc names it in its message.
        let returned = quote_spanned!(first=> response_that_must_not_borrow);
        let respond = quote_spanned!(first=> ::session_axum::guard::respond);
        let argument = with_span(last, Group::new(Delimiter::Parenthesis, returned.clone()));
        let function = quote! {
            fn #name<#(#lifetimes),*>(#returned: #ty) -> ::session_axum::guard::Response {
                #respond #argument
            }
        };
        Self { function: Some(function), call: name.to_token_stream() }
    }
}

/// Whether a type has lifetimes, of which the handler can name none.
fn has_lifetimes(ty: &Type) -> bool {
    lifetimes(ty.to_token_stream()).iter().any(|lifetime| lifetime != "static")
}

/// The names of a type's lifetimes, in order.
fn named_lifetimes(ty: &Type) -> BTreeSet<String> {
    let lifetimes = lifetimes(ty.to_token_stream()).into_iter();
    lifetimes.filter(|lifetime| lifetime != "static" && lifetime != "_").collect()
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
