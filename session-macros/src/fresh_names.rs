//! Names for what is printed beside the user's tokens: none that stands among them.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};

/// The names that the user's item mentions.
pub(crate) struct FreshNames(HashSet<String>);

impl FreshNames {
    /// Names that `item` does not mention.
    pub(crate) fn beside(item: TokenStream) -> Self {
        let mut mentioned = HashSet::new();
        collect(item, &mut mentioned);
        Self(mentioned)
    }

    /// `name`, with as many `_` after it as make it another than all that are mentioned. A variable of
    /// this name is also another than a variable that somebody writes so.
    pub(crate) fn name(&self, name: &str) -> Ident {
        let mut name = name.to_owned();
        while self.0.contains(&name) {
            name.push('_');
        }
        Ident::new(&name, Span::mixed_site())
    }
}

fn collect(tokens: TokenStream, mentioned: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                mentioned.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), mentioned),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn a_name_that_is_mentioned_is_not_taken() {
        let names = FreshNames::beside(quote!(
            struct __a {
                b: Vec<[__a_; 1]>,
            }
        ));
        assert_eq!(names.name("__a"), "__a__");
        assert_eq!(names.name("__b"), "__b");
    }
}
