//! Where our tokens say that they stand: at the user's, so that rustc blames those.

use proc_macro2::Span;
use quote::ToTokens;

/// The first and the last token's place: what lies between tokens of ours at these places is
/// underlined as a whole.
pub(crate) fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut tokens = tokens.to_token_stream().into_iter().map(|token| token.span());
    let first = tokens.next().unwrap_or_else(Span::call_site);
    let last = tokens.last().unwrap_or(first);
    (Span::call_site().located_at(first), Span::call_site().located_at(last))
}
