//! Spans that make rustc report an error at the user's tokens and not at the whole attribute.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The places of the first and of the last token. rustc underlines everything between two printed
/// tokens that have these spans.
pub(crate) fn first_and_last_span(tokens: &impl ToTokens) -> (Span, Span) {
    let mut tokens = tokens.to_token_stream().into_iter().map(|token| token.span());
    let first = tokens.next().unwrap_or_else(Span::call_site);
    let last = tokens.last().unwrap_or(first);
    (Span::call_site().located_at(first), Span::call_site().located_at(last))
}

/// `tokens` as if they stood at `place`; what their names mean stays.
pub(crate) fn located_at(place: Span, tokens: TokenStream) -> TokenStream {
    let located = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            let content = located_at(place, group.stream());
            let mut located = Group::new(group.delimiter(), content);
            located.set_span(group.span());
            token = TokenTree::Group(located);
        }
        token.set_span(token.span().located_at(place));
        token
    };
    tokens.into_iter().map(located).collect()
}
