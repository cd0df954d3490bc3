//! The crates of the repository: found by their `Cargo.toml`, with the root file of each of their targets.

use std::fs;
use std::path::{Path, PathBuf};

use crate::files;

/// A crate of this repository.
#[derive(Debug)]
pub struct Crate {
    /// The folder of its `Cargo.toml`.
    pub folder: PathBuf,
    /// The root file of each target: library, programs, tests, examples.
    pub targets: Vec<PathBuf>,
}

/// All crates below a folder.
pub fn find(root: &Path) -> Vec<Crate> {
    files::below(root, "toml")
        .into_iter()
        .filter(|file| file.ends_with("Cargo.toml"))
        .filter_map(|manifest| {
            let text = fs::read_to_string(&manifest).ok()?;
            let folder = manifest.parent()?.to_owned();
            text.contains("[package]").then(|| Crate { targets: targets(&folder, &text), folder })
        })
        .collect()
}

fn targets(folder: &Path, manifest: &str) -> Vec<PathBuf> {
    let named = manifest.lines().filter_map(|line| {
        let path = line.trim().strip_prefix("path")?.trim_start().strip_prefix('=')?;
        Some(folder.join(path.trim().trim_matches('"')))
    });
    let usual = ["src/lib.rs", "src/main.rs"].map(|file| folder.join(file));
    let discovered = ["src/bin", "tests", "examples", "benches"].into_iter().flat_map(|kind| {
        let entries = fs::read_dir(folder.join(kind)).into_iter().flatten().filter_map(Result::ok);
        entries
            .map(|entry| entry.path())
            .map(|path| if path.is_dir() { path.join("main.rs") } else { path })
    });
    let all = named.chain(usual).chain(discovered);
    let mut all: Vec<_> = all
        .filter(|file| file.extension().is_some_and(|end| end == "rs") && file.is_file())
        .collect();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    #[test]
    fn a_crate_has_the_targets_that_its_manifest_names_and_those_that_cargo_discovers() {
        let tree = Fixture::new(&[
            ("one/Cargo.toml", "[package]\nname = \"one\"\n[[test]]\npath = \"checks/all.rs\"\n"),
            ("one/checks/all.rs", ""),
            ("one/src/lib.rs", ""),
            ("one/src/other.rs", ""),
            ("one/tests/api/main.rs", ""),
            ("one/tests/api/case.rs", ""),
            ("Cargo.toml", "[workspace]"),
        ]);
        let crates = find(tree.path());
        assert_eq!(crates.len(), 1, "a workspace without a package is no crate");
        let names: Vec<_> = crates[0].targets.iter().map(|file| tree.name(file)).collect();
        assert_eq!(names, ["one/checks/all.rs", "one/src/lib.rs", "one/tests/api/main.rs"]);
    }
}
