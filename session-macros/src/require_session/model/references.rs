//! References inside of types: `Option<&Shop>`, `Html<&str>`.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Whether a type holds a reference that is not `'static`. Types of functions and `dyn` types, which may
/// name one without holding it, are left to rustc.
pub(crate) fn contains_reference(ty: TokenStream) -> bool {
    let tokens: Vec<_> = ty.into_iter().collect();
    let names_a_function = tokens.iter().any(|token| {
        matches!(token, TokenTree::Ident(ident)
            if ["dyn", "fn", "impl", "Fn", "FnMut", "FnOnce"].iter().any(|name| ident == name))
    });
    !names_a_function
        && tokens.iter().enumerate().any(|(at, token)| match token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => !is_static(&tokens[at + 1..]),
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {
                contains_reference(group.stream())
            }
            _ => false,
        })
}

/// Whether a type begins with `'static`.
fn is_static(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(_), TokenTree::Ident(name), ..] if name == "static")
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn only_references_that_a_type_holds_count() {
        for ty in [quote!(Option<&Shop>), quote!((&'a Shop, u8)), quote!([&str; 2])] {
            assert!(contains_reference(ty.clone()), "{ty}");
        }
        for ty in [
            quote!(Path<&'static str>),
            quote!(State<fn(&str) -> &str>),
            quote!(Arc<dyn Fn(&str)>),
            quote!(Mask<{ 1 & 2 }>),
            quote!(Path<(String, u8)>),
        ] {
            assert!(!contains_reference(ty.clone()), "{ty}");
        }
    }
}
