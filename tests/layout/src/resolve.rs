//! The resolution of a path, through imports and re-exports, to the module that defines its name.

use std::collections::BTreeSet;

use crate::modules::Modules;

/// What a path stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A module.
    Module(usize),
    /// A type, trait, function, constant or macro, by the module that defines it.
    Definition(usize),
}

/// Whether a name is the last one of its path: one name can be a module's and a function's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Position {
    Last,
    Inner,
}

type Seen = BTreeSet<(usize, String, Position)>;

impl Modules {
    /// What a path stands for in a module; `None` for what other crates define, and for local names.
    pub fn resolve(&self, from: usize, path: &[String]) -> Option<Target> {
        self.follow(from, path, Position::Last, &mut Seen::new())
    }

    fn follow(
        &self,
        from: usize,
        path: &[String],
        end: Position,
        seen: &mut Seen,
    ) -> Option<Target> {
        let mut at = Target::Module(from);
        for (index, name) in path.iter().enumerate() {
            // What follows a type's name is a variant or a method of it.
            let Target::Module(module) = at else { break };
            let position = if index + 1 == path.len() { end } else { Position::Inner };
            at = match name.as_str() {
                "crate" => Target::Module(0),
                "self" => Target::Module(module),
                "super" => Target::Module(self.all[module].parent?),
                name => self.look_up(module, name, position, seen)?,
            };
        }
        Some(at)
    }

    fn look_up(
        &self,
        module: usize,
        name: &str,
        position: Position,
        seen: &mut Seen,
    ) -> Option<Target> {
        if !seen.insert((module, name.to_owned(), position)) {
            return None;
        }
        let here = &self.all[module];
        let child = here.children.get(name).copied().map(Target::Module);
        let defined = here.definitions.contains(name).then_some(Target::Definition(module));
        let first = match position {
            Position::Last => defined,
            Position::Inner => child,
        };
        first
            .or_else(|| {
                self.import(
                    module,
                    Some(name),
                    |path, seen| self.follow(module, path, position, seen),
                    seen,
                )
            })
            .or(defined)
            .or(child)
            .or_else(|| {
                self.import(
                    module,
                    None,
                    |path, seen| match self.follow(module, path, Position::Inner, seen)? {
                        Target::Module(other) => self.look_up(other, name, position, seen),
                        Target::Definition(_) => None,
                    },
                    seen,
                )
            })
    }

    /// The first import of a name (`None`: of everything) that leads anywhere.
    fn import(
        &self,
        module: usize,
        name: Option<&str>,
        lead: impl Fn(&[String], &mut Seen) -> Option<Target>,
        seen: &mut Seen,
    ) -> Option<Target> {
        let imports =
            self.all[module].imports.iter().filter(|import| import.name.as_deref() == name);
        imports.into_iter().find_map(|import| lead(&import.path, seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    fn resolved(tree: &[(&str, &str)], from: &str, path: &str) -> Option<String> {
        let tree = Fixture::new(tree);
        let modules = Modules::read(&tree.path().join("lib.rs"));
        let from = modules.all.iter().position(|module| tree.name(&module.file) == from).unwrap();
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        modules.resolve(from, &path).map(|target| match target {
            Target::Definition(module) => tree.name(&modules.all[module].file),
            Target::Module(module) => format!("module {}", tree.name(&modules.all[module].file)),
        })
    }

    #[test]
    fn a_re_export_leads_to_the_file_that_defines_the_name() {
        let tree = [
            ("lib.rs", "mod store; mod a; pub use store::Record as Row;"),
            ("store/mod.rs", "mod record; pub use record::*;"),
            ("store/record.rs", "pub struct Record;"),
            ("a.rs", "use crate::Row;"),
        ];
        for path in ["crate::store::Record", "crate::Row", "super::store::Record::new", "Row"] {
            assert_eq!(resolved(&tree, "a.rs", path).as_deref(), Some("store/record.rs"), "{path}");
        }
        assert_eq!(resolved(&tree, "a.rs", "Option::Some"), None);
    }

    #[test]
    fn a_function_is_told_from_a_module_of_its_name() {
        let tree = [
            ("lib.rs", "mod load; mod a; use load::load;"),
            ("load.rs", "pub fn load() {} pub fn other() {}"),
            ("a.rs", "use crate::load;"),
        ];
        assert_eq!(resolved(&tree, "a.rs", "crate::load").as_deref(), Some("load.rs"));
        assert_eq!(resolved(&tree, "a.rs", "load::other").as_deref(), Some("load.rs"));
    }

    #[test]
    fn imports_that_name_each_other_lead_nowhere() {
        let tree = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "pub use crate::b::X;"),
            ("b.rs", "pub use crate::a::X;"),
        ];
        assert_eq!(resolved(&tree, "a.rs", "X"), None);
    }
}
