//! The arrows of one target: which file uses which, and by which names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::modules::Modules;
use crate::resolve::Target;

/// Which file uses which; a file that only declares modules and re-exports names is left out.
#[derive(Debug, Default)]
pub struct Arrows {
    /// All files that hold code.
    pub files: BTreeSet<PathBuf>,
    /// For each file the files that it uses, and the names that it uses of each.
    pub uses: BTreeMap<PathBuf, BTreeMap<PathBuf, BTreeSet<String>>>,
}

impl Arrows {
    /// Reads a target from its root file.
    pub fn read(root: &Path) -> Self {
        let modules = Modules::read(root);
        let mut arrows = Self::default();
        for (number, module) in modules.all.iter().enumerate() {
            if !module.table {
                arrows.files.insert(module.file.clone());
            }
            let contents = is_contents(&module.file);
            // What a table of contents re-exports is for others.
            let imports =
                module.imports.iter().filter(|import| !(module.table || contents && import.public));
            let imported = imports.map(|import| &import.path);
            // A single name in code is no module.
            let mentioned = module.mentions.iter();
            for (path, is_import) in
                imported.map(|path| (path, true)).chain(mentioned.map(|path| (path, false)))
            {
                let (to, name) = match modules.resolve(number, path) {
                    Some(Target::Definition(to)) => (to, name(path)),
                    Some(Target::Module(to))
                        if is_import && !is_contents(&modules.all[to].file) =>
                    {
                        (to, name(path))
                    }
                    _ => continue,
                };
                arrows.add(&module.file, &modules.all[to].file, name);
            }
        }
        arrows
    }

    fn add(&mut self, from: &Path, to: &Path, name: String) {
        if from != to {
            let uses = self.uses.entry(from.to_owned()).or_default();
            uses.entry(to.to_owned()).or_default().insert(name);
        }
    }

    /// Every arrow: from, to, names.
    pub fn all(&self) -> impl Iterator<Item = (&Path, &Path, Vec<&str>)> {
        self.uses.iter().flat_map(|(from, uses)| {
            uses.iter().map(|(to, names)| {
                (from.as_path(), to.as_path(), names.iter().map(String::as_str).collect())
            })
        })
    }

    /// The files that a file uses.
    pub fn from(&self, file: &Path) -> impl Iterator<Item = &Path> {
        self.uses.get(file).into_iter().flat_map(BTreeMap::keys).map(PathBuf::as_path)
    }
}

/// Whether a file is a table of contents by its name.
pub(crate) fn is_contents(file: &Path) -> bool {
    ["mod.rs", "lib.rs"].into_iter().any(|name| file.ends_with(name))
}

/// The name that a reader looks for: the last one, or the type before a method or variant.
fn name(path: &[String]) -> String {
    let is_type = |name: &&String| name.starts_with(char::is_uppercase);
    path.iter().find(is_type).or(path.last()).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    fn drawn(tree: &[(&str, &str)]) -> (usize, Vec<String>) {
        let tree = Fixture::new(tree);
        let arrows = Arrows::read(&tree.path().join("lib.rs"));
        let drawn = arrows.all().map(|(from, to, names)| {
            format!("{} -> {}: {}", tree.name(from), tree.name(to), names.join(", "))
        });
        (arrows.files.len(), drawn.collect())
    }

    #[test]
    fn an_arrow_ends_at_the_file_that_defines_the_name() {
        let (files, arrows) = drawn(&[
            ("lib.rs", "mod store; mod user; pub use user::User;"),
            (
                "store/mod.rs",
                "mod contract; mod record; pub use contract::Store; pub use record::Record;",
            ),
            ("store/contract.rs", "use super::Record; pub trait Store { fn load() -> Record; }"),
            ("store/record.rs", "pub struct Record;"),
            (
                "user.rs",
                "use crate::store; pub struct User(store::Record); fn f() { debug!(crate::store::Store::load()) }",
            ),
        ]);
        assert_eq!(files, 3, "tables of contents are no files of the graph");
        assert_eq!(
            arrows,
            [
                "store/contract.rs -> store/record.rs: Record",
                "user.rs -> store/contract.rs: Store",
                "user.rs -> store/record.rs: Record",
            ]
        );
    }

    #[test]
    fn the_import_of_a_module_is_an_arrow_to_its_file() {
        let (_, arrows) = drawn(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b; fn f() {}"),
            ("b.rs", "fn f() {}"),
        ]);
        assert_eq!(arrows, ["a.rs -> b.rs: b"]);
    }

    #[test]
    fn code_for_tests_has_no_arrows() {
        let (_, arrows) = drawn(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }"),
            ("b.rs", "pub struct B; #[cfg(test)] use crate::a::A;"),
        ]);
        assert!(arrows.is_empty(), "{arrows:?}");
    }

    #[test]
    fn a_table_of_contents_with_code_has_arrows() {
        let (files, arrows) = drawn(&[
            ("lib.rs", "mod room;"),
            ("room/mod.rs", "mod a; pub use a::A; pub fn make() -> A { A }"),
            ("room/a.rs", "use super::make; pub struct A;"),
        ]);
        assert_eq!(files, 2);
        assert_eq!(arrows, ["room/a.rs -> room/mod.rs: make", "room/mod.rs -> room/a.rs: A"]);
    }
}
