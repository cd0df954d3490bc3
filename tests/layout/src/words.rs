//! The search for retired words among the names of types, modules, files and functions.

use std::collections::BTreeSet;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Ident, ImplItemFn, Item, ItemFn, ItemMod, TraitItemFn};

use crate::files;
use crate::retired::{Kind, Retired};

/// Where retired words stand in the Rust files below a folder: the file, the word, and what to say instead.
pub fn find(folder: &Path, words: &[Retired]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for file in files::below(folder, "rs") {
        let shown = file.strip_prefix(folder).unwrap_or(&file);
        // The compile-fail tests hold mistakes on purpose, and names of users.
        if shown.iter().any(|part| part == "ui" || part == "expand") {
            continue;
        }
        for (kind, name) in names(&file, shown) {
            let word = words.iter().find(|word| word.name == name && word.kinds.contains(&kind));
            if let Some(word) =
                word.filter(|word| !word.except.iter().any(|path| shown.starts_with(path)))
            {
                found.insert(format!(
                    "{}: {kind} `{name}`: say `{}` ({})",
                    shown.display(),
                    word.instead,
                    word.why
                ));
            }
        }
    }
    found.into_iter().collect()
}

/// The names that a file defines, its own, and its folder's.
fn names(file: &Path, shown: &Path) -> Vec<(Kind, String)> {
    let mut reader = Names::default();
    for name in shown.with_extension("").iter().rev().take(2) {
        reader.0.push((Kind::Module, name.to_string_lossy().into_owned()));
    }
    for item in &files::parse(file) {
        reader.visit_item(item);
    }
    reader.0
}

#[derive(Default)]
struct Names(Vec<(Kind, String)>);

impl Names {
    fn add(&mut self, kind: Kind, name: &Ident) {
        self.0.push((kind, name.to_string()));
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Enum(item) => self.add(Kind::Type, &item.ident),
            Item::Struct(item) => self.add(Kind::Type, &item.ident),
            Item::Trait(item) => self.add(Kind::Type, &item.ident),
            Item::Type(item) => self.add(Kind::Type, &item.ident),
            Item::Union(item) => self.add(Kind::Type, &item.ident),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.add(Kind::Module, &item.ident);
        visit::visit_item_mod(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.add(Kind::Function, &item.sig.ident);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.add(Kind::Function, &item.sig.ident);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        self.add(Kind::Function, &item.sig.ident);
        visit::visit_trait_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    const WORDS: [Retired; 2] = [
        Retired {
            name: "lane",
            instead: "scheduler",
            why: "a picture",
            kinds: &[Kind::Module],
            except: &["elsewhere"],
        },
        Retired {
            name: "bury",
            instead: "revoke",
            why: "a picture",
            kinds: &[Kind::Function],
            except: &[],
        },
    ];

    #[test]
    fn a_retired_word_is_found_as_a_file_a_folder_a_module_and_a_method() {
        let tree = Fixture::new(&[
            ("src/lane.rs", ""),
            ("tests/lane/mod.rs", ""),
            ("src/a.rs", "mod lane {}"),
            ("src/b.rs", "impl B { fn bury(&self) {} }"),
        ]);
        let found = find(tree.path(), &WORDS);
        assert_eq!(
            found,
            [
                "src/a.rs: module `lane`: say `scheduler` (a picture)",
                "src/b.rs: function `bury`: say `revoke` (a picture)",
                "src/lane.rs: module `lane`: say `scheduler` (a picture)",
                "tests/lane/mod.rs: module `lane`: say `scheduler` (a picture)",
            ]
        );
    }

    #[test]
    fn another_kind_a_longer_name_and_an_excepted_path_are_let_be() {
        let tree = Fixture::new(&[
            ("src/a.rs", "fn lane() {} mod lane_keeping {} struct Lane; mod bury {}"),
            ("elsewhere/lane.rs", ""),
        ]);
        assert_eq!(find(tree.path(), &WORDS), Vec::<String>::new());
    }
}
