//! Source files: finding and parsing them, without what is compiled for tests only.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Item, Meta};

/// The repository that this crate lies in.
///
/// # Panics
///
/// Panics where this crate was moved out of `tests/layout`.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2).expect("this crate lies in tests/layout");
    root.to_owned()
}

/// All files below a folder whose name ends in `.{extension}`, sorted; build output and hidden folders are left out.
pub fn below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if name != "target" && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The items of a file.
///
/// # Panics
///
/// Panics where the file cannot be read or is not Rust.
pub fn parse(file: &Path) -> Vec<Item> {
    let text =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let syntax =
        syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    syntax.items
}

/// Whether attributes say that an item is compiled for tests only: `#[cfg(test)]`, `#[cfg(all(test, …))]`, `#[test]`.
pub fn only_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if attribute.path().is_ident("cfg") => asks_for_test(list.tokens.clone()),
        Meta::Path(path) => path.is_ident("test"),
        _ => false,
    })
}

fn asks_for_test(tokens: TokenStream) -> bool {
    let mut before = String::new();
    for token in tokens {
        match token {
            TokenTree::Ident(name) if name == "test" => return true,
            TokenTree::Ident(name) => before = name.to_string(),
            TokenTree::Group(group) if before == "all" && asks_for_test(group.stream()) => {
                return true;
            }
            _ => {}
        }
    }
    false
}

/// The attributes of an item.
pub fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn an_item_for_tests_is_told_from_others() {
        let for_tests: [Item; 3] = [
            parse_quote!(
                #[cfg(test)]
                mod a {}
            ),
            parse_quote!(
                #[cfg(all(unix, test))]
                mod a {}
            ),
            parse_quote!(
                #[test]
                fn a() {}
            ),
        ];
        let others: [Item; 3] = [
            parse_quote!(
                #[cfg(not(test))]
                mod a {}
            ),
            parse_quote!(
                #[cfg(unix)]
                mod a {}
            ),
            parse_quote!(
                #[cfg(any(test, unix))]
                mod a {}
            ),
        ];
        assert!(for_tests.iter().all(|item| only_for_tests(attributes(item))));
        assert!(!others.iter().any(|item| only_for_tests(attributes(item))));
    }
}
