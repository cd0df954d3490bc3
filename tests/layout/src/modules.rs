//! The modules of one target: what each declares, defines and imports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::{Expr, Item, ItemMod, ItemUse, Lit, Meta, UseTree, Visibility};

use crate::files;
use crate::paths::{self, NamePath};

/// All modules of a target; the first is its root.
#[derive(Debug, Default)]
pub struct Modules {
    /// Each module, parents before their children.
    pub all: Vec<Module>,
}

/// One module: a file, or a block in a file.
#[derive(Debug)]
pub struct Module {
    /// The file that holds it.
    pub file: PathBuf,
    /// The module around it.
    pub parent: Option<usize>,
    /// The modules that it declares, by name.
    pub children: BTreeMap<String, usize>,
    /// The names of its types, traits, functions, constants and macros.
    pub definitions: BTreeSet<String>,
    /// Its `use` declarations, also those within its functions.
    pub imports: Vec<Import>,
    /// The paths in its code.
    pub mentions: Vec<NamePath>,
    /// Whether it has nothing but docs, modules and imports.
    pub table: bool,
}

/// One name that a `use` brings into a module.
#[derive(Debug)]
pub struct Import {
    /// The name that it has here; `None` for `*`.
    pub name: Option<String>,
    /// Where it comes from.
    pub path: NamePath,
    /// Whether other modules see it.
    pub public: bool,
}

/// Where the files of a module's children lie.
struct Place<'a> {
    file: &'a Path,
    folder: PathBuf,
}

impl Modules {
    /// Reads a target from its root file, without what is compiled for tests only.
    ///
    /// # Panics
    ///
    /// Panics where a file that is declared does not exist or is not Rust.
    pub fn read(root: &Path) -> Self {
        let mut modules = Self::default();
        let folder = root.parent().unwrap_or(Path::new("")).to_owned();
        modules.add(&files::parse(root), None, &Place { file: root, folder });
        modules
    }

    fn add(&mut self, items: &[Item], parent: Option<usize>, place: &Place<'_>) -> usize {
        let number = self.all.len();
        let items: Vec<&Item> =
            items.iter().filter(|item| !files::only_for_tests(files::attributes(item))).collect();
        let mut imports = Vec::new();
        let mut definitions = BTreeSet::new();
        for item in &items {
            match item {
                Item::Use(item) => read_use(item, &mut imports),
                item => definitions.extend(definition(item)),
            }
        }
        let (inner, mentions) = paths::of(&items);
        for item in &inner {
            read_use(item, &mut imports);
        }
        let table = items
            .iter()
            .all(|item| matches!(item, Item::Use(_) | Item::Mod(_) | Item::ExternCrate(_)));
        let file = place.file.to_owned();
        self.all.push(Module {
            file,
            parent,
            children: BTreeMap::new(),
            definitions,
            imports,
            mentions,
            table,
        });
        for item in &items {
            if let Item::Mod(item) = item {
                let child = self.add_child(item, number, place);
                self.all[number].children.insert(item.ident.to_string(), child);
            }
        }
        number
    }

    fn add_child(&mut self, item: &ItemMod, parent: usize, place: &Place<'_>) -> usize {
        let name = item.ident.to_string();
        if let Some((_, items)) = &item.content {
            let folder = place.folder.join(&name);
            return self.add(items, Some(parent), &Place { file: place.file, folder });
        }
        let in_folder = place.folder.join(&name).join("mod.rs");
        let (file, folder) = if let Some(path) = named_path(item) {
            let file = place.file.parent().unwrap_or(Path::new("")).join(path);
            let folder = file.parent().unwrap_or(Path::new("")).to_owned();
            (file, folder)
        } else if in_folder.is_file() {
            (in_folder, place.folder.join(&name))
        } else {
            (place.folder.join(format!("{name}.rs")), place.folder.join(&name))
        };
        self.add(&files::parse(&file), Some(parent), &Place { file: &file, folder })
    }
}

/// The file of a `#[path = "…"]`.
fn named_path(item: &ItemMod) -> Option<String> {
    item.attrs.iter().filter(|attribute| attribute.path().is_ident("path")).find_map(|attribute| {
        match &attribute.meta {
            Meta::NameValue(pair) => match &pair.value {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(text) => Some(text.value()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    })
}

fn definition(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

fn read_use(item: &ItemUse, imports: &mut Vec<Import>) {
    let public = !matches!(item.vis, Visibility::Inherited);
    if item.leading_colon.is_none() {
        read_tree(&item.tree, &mut Vec::new(), public, imports);
    }
}

fn read_tree(tree: &UseTree, before: &mut NamePath, public: bool, imports: &mut Vec<Import>) {
    let mut add = |name: Option<String>, last: Option<String>| {
        // `use a::{self}` is `use a`.
        let last = last.filter(|last| last != "self" || before.is_empty());
        let path: NamePath = before.iter().cloned().chain(last).collect();
        let name = name
            .map(|name| if name == "self" { path.last().cloned().unwrap_or(name) } else { name });
        imports.push(Import { name, path, public });
    };
    match tree {
        UseTree::Path(tree) => {
            before.push(tree.ident.to_string());
            read_tree(&tree.tree, before, public, imports);
            before.pop();
        }
        UseTree::Name(tree) => add(Some(tree.ident.to_string()), Some(tree.ident.to_string())),
        UseTree::Rename(tree) => add(Some(tree.rename.to_string()), Some(tree.ident.to_string())),
        UseTree::Glob(_) => add(None, None),
        UseTree::Group(group) => {
            for tree in &group.items {
                read_tree(tree, before, public, imports);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    #[test]
    fn modules_are_read_from_files_folders_blocks_and_named_paths() {
        let tree = Fixture::new(&[
            (
                "lib.rs",
                "mod a; mod b; mod c { mod d; } #[path = \"far/e.rs\"] mod e; #[cfg(test)] mod tests;",
            ),
            ("a.rs", "mod inner;"),
            ("a/inner.rs", ""),
            ("b/mod.rs", "mod inner;"),
            ("b/inner.rs", ""),
            ("c/d.rs", ""),
            ("far/e.rs", ""),
        ]);
        let modules = Modules::read(&tree.path().join("lib.rs"));
        let mut files: Vec<_> = modules.all.iter().map(|module| tree.name(&module.file)).collect();
        files.sort();
        assert_eq!(
            files,
            [
                "a.rs",
                "a/inner.rs",
                "b/inner.rs",
                "b/mod.rs",
                "c/d.rs",
                "far/e.rs",
                "lib.rs",
                "lib.rs"
            ]
        );
    }

    #[test]
    fn a_use_is_taken_apart_into_its_names() {
        let tree =
            Fixture::new(&[("lib.rs", "pub use a::{self, b as c, d::*}; fn f() { use x::y; }")]);
        let modules = Modules::read(&tree.path().join("lib.rs"));
        let imports: Vec<_> = modules.all[0]
            .imports
            .iter()
            .map(|import| (import.name.as_deref(), import.path.join("::"), import.public))
            .collect();
        let expected = [
            (Some("a"), "a", true),
            (Some("c"), "a::b", true),
            (None, "a::d", true),
            (Some("y"), "x::y", false),
        ];
        assert_eq!(imports, expected.map(|(name, path, public)| (name, path.to_owned(), public)));
        assert!(!modules.all[0].table);
    }
}
