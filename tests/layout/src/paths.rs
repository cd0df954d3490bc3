//! The paths in a module's code: in types, expressions, patterns, and the tokens of macros.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemFn, ItemMod, ItemUse, Macro, Path, Visibility};

use crate::files;

/// The names of a path, in order: `crate::store::Record` is three.
pub type NamePath = Vec<String>;

/// What the code of items mentions: the `use` declarations within functions, and all paths.
pub fn of(items: &[&Item]) -> (Vec<ItemUse>, Vec<NamePath>) {
    let mut reader = Reader::default();
    for item in items.iter().filter(|item| !matches!(item, Item::Use(_))) {
        reader.visit_item(item);
    }
    (reader.uses, reader.paths)
}

#[derive(Default)]
struct Reader {
    uses: Vec<ItemUse>,
    paths: Vec<NamePath>,
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            self.paths
                .push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        read_tokens(call.tokens.clone(), &mut self.paths);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.uses.push(item.clone());
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if !files::only_for_tests(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    /// A module has paths of its own.
    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}

    /// `pub(crate)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

/// Reads `a::b::c` out of tokens; `$crate` is `crate`.
fn read_tokens(tokens: TokenStream, paths: &mut Vec<NamePath>) {
    let mut path = NamePath::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                if colons != 2 && !path.is_empty() {
                    paths.push(std::mem::take(&mut path));
                }
                path.push(name.to_string());
                colons = 0;
            }
            TokenTree::Punct(sign) if sign.as_char() == ':' && !path.is_empty() && colons < 2 => {
                colons += 1;
            }
            token => {
                if !path.is_empty() {
                    paths.push(std::mem::take(&mut path));
                }
                colons = 0;
                if let TokenTree::Group(group) = token {
                    read_tokens(group.stream(), paths);
                }
            }
        }
    }
    if !path.is_empty() {
        paths.push(path);
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn joined(item: &Item) -> Vec<String> {
        of(&[item]).1.iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn paths_are_read_from_types_expressions_and_patterns() {
        let item: Item = parse_quote! {
            pub(crate) fn f(a: crate::A) -> Option<super::B> { if let self::C::D { .. } = a { g::h() } else { None } }
        };
        let found = joined(&item);
        for path in ["crate::A", "super::B", "self::C::D", "g::h"] {
            assert!(found.contains(&path.to_owned()), "{path} is not in {found:?}");
        }
        assert!(!found.contains(&"crate".to_owned()), "a visibility is no import: {found:?}");
    }

    #[test]
    fn paths_are_read_from_the_tokens_of_macros() {
        let found = joined(&parse_quote!(
            fn f() {
                assert!(crate::a::b(x) == [y::Z { field: w }])
            }
        ));
        for path in ["crate::a::b", "y::Z"] {
            assert!(found.contains(&path.to_owned()), "{path} is not in {found:?}");
        }
        let found = joined(&parse_quote!(
            macro_rules! m {
                ($a:ident) => {
                    $crate::c::D::$a
                };
            }
        ));
        assert!(found.contains(&"crate::c::D".to_owned()), "{found:?}");
    }
}
