//! Which file of a crate imports which. A name is followed through re-exports to the file that
//! defines it, so that a table of contents hides no arrow and makes none.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Ident, Item, UseTree};

use crate::source::{Crate, SourceFile};

/// The arrows between the files of a crate.
#[derive(Debug, Default)]
pub struct Imports {
    /// From a file to those that it imports, each with the names that it takes.
    pub arrows: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

/// A path as it is written: its parts, from `crate`, `self` or `super` on, or from a name.
type Written = Vec<String>;

/// What a module has: items of its own, child modules, and names from elsewhere.
#[derive(Debug, Default)]
struct Module {
    file: String,
    items: BTreeSet<String>,
    children: BTreeSet<String>,
    /// What a name stands for, and the modules whose names are all here.
    names: Vec<(String, Written)>,
    globs: Vec<Written>,
}

type Modules = BTreeMap<Vec<String>, Module>;

impl Imports {
    /// The imports of a crate's files.
    pub fn of(from: &Crate) -> Self {
        let mut modules = Modules::new();
        for file in &from.files {
            enter(&mut modules, file.module.clone(), &file.path, &file.items);
        }
        let contents: BTreeSet<&str> = from
            .files
            .iter()
            .filter(|file| file.is_contents())
            .map(|file| file.path.as_str())
            .collect();
        let mut imports = Self::default();
        for file in from.files.iter().filter(|file| !contents.contains(file.path.as_str())) {
            let arrows = imports.arrows.entry(file.path.clone()).or_default();
            for (module, written) in written_paths(file) {
                let Some((target, name)) = resolve(&modules, &module, &written, 0) else {
                    continue;
                };
                if target != file.path && !contents.contains(target.as_str()) {
                    arrows.entry(target).or_default().insert(name);
                }
            }
        }
        imports
    }

    /// How many arrows there are.
    pub fn count(&self) -> usize {
        self.arrows.values().map(BTreeMap::len).sum()
    }
}

fn enter(modules: &mut Modules, path: Vec<String>, file: &str, items: &[Item]) {
    let mut module = Module { file: file.to_owned(), ..Module::default() };
    for item in items {
        match item {
            Item::Mod(child) => {
                module.children.insert(child.ident.to_string());
                if let Some((_, items)) = &child.content {
                    let mut inner = path.clone();
                    inner.push(child.ident.to_string());
                    enter(modules, inner, file, items);
                }
            }
            Item::Use(item) => {
                for (name, written) in flatten(&item.tree) {
                    match name {
                        Some(name) => module.names.push((name, written)),
                        None => module.globs.push(written),
                    }
                }
            }
            _ => module.items.extend(name_of(item)),
        }
    }
    modules.insert(path, module);
}

/// The name that an item defines.
pub fn name_of(item: &Item) -> Option<String> {
    let ident: &Ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// The paths of a `use`, each with the name that it gets; none for a glob.
fn flatten(tree: &UseTree) -> Vec<(Option<String>, Written)> {
    match tree {
        UseTree::Path(path) => {
            let mut inner = flatten(&path.tree);
            for (_, written) in &mut inner {
                written.insert(0, path.ident.to_string());
            }
            inner
        }
        UseTree::Name(name) if name.ident == "self" => vec![(Some(String::new()), Vec::new())],
        UseTree::Name(name) => vec![(Some(name.ident.to_string()), vec![name.ident.to_string()])],
        UseTree::Rename(name) => {
            vec![(Some(name.rename.to_string()), vec![name.ident.to_string()])]
        }
        UseTree::Glob(_) => vec![(None, Vec::new())],
        UseTree::Group(group) => group.items.iter().flat_map(flatten).collect(),
    }
    .into_iter()
    .map(|(name, written)| match name {
        // `use a::b::{self}` is called as its last part.
        Some(name) if name.is_empty() && !written.is_empty() => (written.last().cloned(), written),
        name => (name, written),
    })
    .collect()
}

/// Every path in a file that has more than one part, and every `use`, with the module in which it
/// is written. Paths of other crates lead nowhere.
fn written_paths(file: &SourceFile) -> Vec<(Vec<String>, Written)> {
    let mut paths = Vec::new();
    collect(&file.module, &file.items, &mut paths);
    paths
}

fn collect(module: &[String], items: &[Item], paths: &mut Vec<(Vec<String>, Written)>) {
    for item in items {
        match item {
            Item::Use(item) => {
                paths.extend(
                    flatten(&item.tree).into_iter().map(|(_, path)| (module.to_vec(), path)),
                );
            }
            Item::Mod(child) => {
                if let Some((_, items)) = &child.content {
                    let mut inner = module.to_vec();
                    inner.push(child.ident.to_string());
                    collect(&inner, items, paths);
                }
            }
            item => scan(item.to_token_stream(), module, paths),
        }
    }
}

/// Paths among tokens, those in the bodies of macros too.
fn scan(tokens: TokenStream, module: &[String], paths: &mut Vec<(Vec<String>, Written)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Group(group) => scan(group.stream(), module, paths),
            TokenTree::Ident(ident) => {
                let mut written = vec![ident.to_string()];
                while let Some(TokenTree::Ident(next)) = after_colons(&tokens, at) {
                    written.push(next.to_string());
                    at += 3;
                }
                if written.len() > 1 {
                    paths.push((module.to_vec(), written));
                }
            }
            _ => {}
        }
        at += 1;
    }
}

fn after_colons(tokens: &[TokenTree], at: usize) -> Option<&TokenTree> {
    let is_colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let is_path = is_colon(tokens.get(at + 1)) && is_colon(tokens.get(at + 2));
    if is_path { tokens.get(at + 3) } else { None }
}

/// The file that defines what a path names, and the name; none if that is another crate's.
fn resolve(
    modules: &Modules,
    from: &[String],
    written: &[String],
    depth: usize,
) -> Option<(String, String)> {
    // A chain of re-exports is short; a longer one turns in a circle.
    if depth > 16 {
        return None;
    }
    let mut rest = written;
    let mut at: Vec<String> = match rest.first().map(String::as_str)? {
        "crate" => {
            rest = &rest[1..];
            Vec::new()
        }
        "self" => {
            rest = &rest[1..];
            from.to_vec()
        }
        "super" => from.to_vec(),
        first => {
            let here = modules.get(from)?;
            let is_here = here.children.contains(first)
                || here.items.contains(first)
                || here.names.iter().any(|(name, _)| name == first);
            if !is_here {
                return None;
            }
            from.to_vec()
        }
    };
    while rest.first().is_some_and(|part| part == "super") {
        at.pop()?;
        rest = &rest[1..];
    }
    for (index, part) in rest.iter().enumerate() {
        let module = modules.get(&at)?;
        if module.children.contains(part) {
            at.push(part.clone());
            continue;
        }
        if module.items.contains(part) {
            return Some((module.file.clone(), part.clone()));
        }
        let stands_for = module.names.iter().find(|(name, path)| name == part && *path != *written);
        if let Some((_, path)) = stands_for {
            let whole: Written = path.iter().chain(&rest[index + 1..]).cloned().collect();
            return resolve(modules, &at, &whole, depth + 1);
        }
        for glob in &module.globs {
            let whole: Written = glob.iter().chain(&rest[index..]).cloned().collect();
            if let Some(found) = resolve(modules, &at, &whole, depth + 1)
                && found.1 == *part
            {
                return Some(found);
            }
        }
        // A macro's own name, say: the module itself is what is named.
        return Some((module.file.clone(), String::new()));
    }
    let module = modules.get(&at)?;
    Some((module.file.clone(), at.last().cloned().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(path, text)| {
            let module = path.trim_end_matches(".rs").split('/').map(str::to_owned);
            let mut module: Vec<String> = module.collect();
            if module.last().is_some_and(|last| last == "mod" || last == "lib") {
                module.pop();
            }
            SourceFile::parse((*path).to_owned(), module, (*text).to_owned())
        });
        let imports = Imports::of(&Crate { path: String::new(), files: files.collect() });
        let arrows = imports.arrows.iter().flat_map(|(from, to)| {
            to.iter().map(move |(to, names)| {
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                format!("{from} -> {to}: {}", names.join(", "))
            })
        });
        arrows.collect()
    }

    #[test]
    fn a_name_is_followed_through_a_re_export() {
        let files = [
            ("lib.rs", "mod engine; mod store;"),
            ("store/mod.rs", "mod record; pub use record::{Record, Times};"),
            ("store/record.rs", "pub struct Record; pub struct Times;"),
            ("engine.rs", "use crate::store::Record; fn f() {}"),
        ];
        assert_eq!(imports(&files), ["engine.rs -> store/record.rs: Record"]);
    }

    #[test]
    fn a_name_is_followed_through_a_glob_and_a_rename() {
        let files = [
            ("lib.rs", "mod a; mod b; pub use b::Old as New;"),
            ("b/mod.rs", "mod c; pub use c::*;"),
            ("b/c.rs", "pub struct Old;"),
            ("a.rs", "use crate::New; fn f() { crate::b::Old; }"),
        ];
        assert_eq!(imports(&files), ["a.rs -> b/c.rs: Old"]);
    }

    #[test]
    fn paths_in_code_and_in_macros_count() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "fn f() { super::b::g(); vec![self::super::c::H]; }"),
            ("b.rs", "pub fn g() {}"),
            ("c.rs", "pub struct H;"),
        ];
        assert_eq!(imports(&files), ["a.rs -> b.rs: g", "a.rs -> c.rs: H"]);
    }

    #[test]
    fn paths_through_a_module_that_is_named_count() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b; fn f() { b::c::g(); let x = vec![b::D::new()]; x.b::<u8>() }"),
            ("b/mod.rs", "pub mod c; mod d; pub use d::D;"),
            ("b/c.rs", "pub fn g() {}"),
            ("b/d.rs", "pub struct D;"),
        ];
        assert_eq!(imports(&files), ["a.rs -> b/c.rs: g", "a.rs -> b/d.rs: D"]);
    }

    #[test]
    fn other_crates_and_tests_do_not_count() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use std::fmt; use http::Method; #[cfg(test)] mod tests { use crate::b::g; }"),
            ("b.rs", "pub fn g() {}"),
        ];
        assert!(imports(&files).is_empty());
    }
}
