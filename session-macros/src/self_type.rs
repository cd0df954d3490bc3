//! `Self` in what moves from the user's item into another one.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parse;
use syn::{Result, parse2};

/// `part` with `name` in the place of each `Self`, at the place where that stands.
pub(crate) fn with_self_named<T: ToTokens + Parse>(part: &T, name: &Ident) -> Result<T> {
    parse2(named(part.to_token_stream(), name))
}

fn named(tokens: TokenStream, name: &Ident) -> TokenStream {
    let replaced = |token| match token {
        TokenTree::Ident(ident) if ident == "Self" => {
            let mut name = name.clone();
            name.set_span(name.span().located_at(ident.span()));
            TokenTree::Ident(name)
        }
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), named(group.stream(), name));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        other => other,
    };
    tokens.into_iter().map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use syn::{Type, parse_quote};

    use super::*;

    #[test]
    fn each_self_is_the_type_that_it_means() {
        let ty: Type = parse_quote!(Vec<(Option<Box<Self>>, [u8; Self::LENGTH], myself::Selfish)>);
        let named = with_self_named(&ty, &parse_quote!(r#Tree)).unwrap();
        let expected: Type =
            parse_quote!(Vec<(Option<Box<r#Tree>>, [u8; r#Tree::LENGTH], myself::Selfish)>);
        let (named, expected) = (named.to_token_stream(), expected.to_token_stream());
        assert_eq!(named.to_string(), expected.to_string());
    }
}
