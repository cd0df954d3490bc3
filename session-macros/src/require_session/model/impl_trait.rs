//! Types without a name: they cannot be printed at a second place.

use proc_macro2::{TokenStream, TokenTree};

/// Whether a type contains `impl Trait`: it has no name then.
pub(crate) fn contains_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "impl",
        TokenTree::Group(group) => contains_impl(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
