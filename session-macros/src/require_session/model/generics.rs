//! The generics of a handler: those of the user's function, without the lifetimes of its sessions.

use std::collections::HashSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::{GenericParam, Generics, Signature};

use super::argument::Argument;

/// The generics of the handler that axum calls.
pub(crate) struct HandlerGenerics {
    /// What it declares. A lifetime that only sessions and the response have is not among it: they
    /// live inside of the handler.
    pub(crate) declared: Generics,
    /// The names of all types and constants, and `Self`, which is another type in a constant.
    names: HashSet<String>,
}

impl HandlerGenerics {
    pub(super) fn new(signature: &Signature, arguments: &[Argument]) -> Self {
        let mut declared = signature.generics.clone();
        let mut used = TokenStream::new();
        for argument in arguments {
            match argument {
                Argument::Session(session) => session.ty.to_tokens(&mut used),
                Argument::Extractor(extractor) => extractor.ty.to_tokens(&mut used),
            }
        }
        for parameter in &declared.params {
            if !matches!(parameter, GenericParam::Lifetime(_)) {
                parameter.to_tokens(&mut used);
            }
        }
        declared.where_clause.to_tokens(&mut used);
        let used = lifetimes(used);
        let params = declared.params.into_iter().filter(|parameter| match parameter {
            GenericParam::Lifetime(parameter) => {
                used.contains(&parameter.lifetime.ident.to_string())
            }
            GenericParam::Type(_) | GenericParam::Const(_) => true,
        });
        declared.params = params.collect::<Punctuated<_, _>>();
        let names = declared.type_params().map(|parameter| &parameter.ident);
        let names = names.chain(declared.const_params().map(|parameter| &parameter.ident));
        let names = names.map(ToString::to_string).chain(["Self".to_owned()]).collect();
        Self { declared, names }
    }

    /// Whether `tokens` depend on where the handler is used: they name one of its types or constants.
    pub(crate) fn are_in(&self, tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => self.names.contains(&ident.to_string()),
            TokenTree::Group(group) => self.are_in(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        })
    }
}

/// The names of the lifetimes in `tokens`.
pub(crate) fn lifetimes(tokens: TokenStream) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut after_apostrophe = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ref ident) if after_apostrophe => {
                found.insert(ident.to_string());
            }
            TokenTree::Group(ref group) => found.extend(lifetimes(group.stream())),
            _ => {}
        }
        after_apostrophe = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
    }
    found
}
