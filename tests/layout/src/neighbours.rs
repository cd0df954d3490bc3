//! Which crates a crate may know, by its manifest and by its code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;

use crate::source::{Crate, SourceFile};

/// What a crate must not know.
#[derive(Debug)]
pub struct Strangers {
    /// The folder of its manifest, from the root of the repository.
    pub folder: &'static str,
    /// The packages that are none of its dependencies, those of its tests neither.
    pub packages: &'static [&'static str],
    /// The crates that its code does not name; its table of contents may, to export them.
    pub crates: &'static [&'static str],
}

impl Strangers {
    /// What is wrong with this crate.
    ///
    /// # Panics
    /// If its manifest cannot be read.
    pub fn faults(&self, root: &Path, of: &Crate) -> Vec<String> {
        let manifest = format!("{}/Cargo.toml", self.folder);
        let text = fs::read_to_string(root.join(&manifest)).expect("the crate has a manifest");
        let dependencies = dependencies(&text);
        let packages = self.packages.iter().filter(|package| dependencies.contains(**package));
        let packages = packages.map(|package| format!("{manifest} must not name {package}"));
        let code = of.files.iter().filter(|file| !file.is_contents());
        let code = code.flat_map(|file| {
            let named = names(file);
            let crates = self.crates.iter().filter(move |name| named.contains(**name));
            crates.map(|name| format!("{} must not name {name}", file.path))
        });
        packages.chain(code).collect()
    }
}

/// The packages in a manifest's tables of dependencies, of whatever kind and target.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let mut found = BTreeSet::new();
    let mut is_of_dependencies = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            let mut parts = table.trim_end_matches(']').rsplit('.');
            let (last, before) = (parts.next().unwrap_or_default(), parts.next());
            is_of_dependencies = KINDS.contains(&last);
            if before.is_some_and(|before| KINDS.contains(&before)) {
                found.insert(last.to_owned());
                is_of_dependencies = true;
            }
        } else if is_of_dependencies && !line.starts_with('#') {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            found.insert(name.trim_matches('"').to_owned());
            // The package of a dependency that has another name.
            let package =
                line.split_once("package = \"").and_then(|(_, rest)| rest.split_once('"'));
            found.extend(package.map(|(package, _)| package.to_owned()));
        }
    }
    found
}

/// Every name in a file's code; its comments and texts are none.
fn names(file: &SourceFile) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for item in &file.items {
        collect(item.to_token_stream(), &mut names);
    }
    names
}

fn collect(tokens: TokenStream, names: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Ident(ident) => _ = names.insert(ident.to_string()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGERS: Strangers =
        Strangers { folder: "one", packages: &["axum", "session-axum"], crates: &["sqlx"] };

    fn faults_of(manifest: &str, files: &[(&str, &str)]) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("one")).unwrap();
        fs::write(root.path().join("one/Cargo.toml"), manifest).unwrap();
        let files = files.iter().map(|(path, text)| {
            SourceFile::parse((*path).to_owned(), Vec::new(), (*text).to_owned())
        });
        STRANGERS.faults(root.path(), &Crate { path: "one".to_owned(), files: files.collect() })
    }

    #[test]
    fn a_package_is_found_in_every_table_of_dependencies() {
        for manifest in [
            "[dependencies]\naxum = \"0.8\"",
            "[dependencies]\naxum.workspace = true",
            "[dev-dependencies]\n# For the tests.\nhttp = \"1\"\naxum = { workspace = true }",
            "[target.'cfg(unix)'.build-dependencies]\naxum = \"0.8\"",
            "[dependencies.axum]\nversion = \"0.8\"",
            "[dependencies]\nweb = { version = \"0.8\", package = \"axum\" }",
        ] {
            assert_eq!(
                faults_of(manifest, &[]),
                ["one/Cargo.toml must not name axum"],
                "{manifest}"
            );
        }
    }

    #[test]
    fn a_package_elsewhere_in_a_manifest_is_no_dependency() {
        let manifest = "[package]\nkeywords = [\"axum\"]\n[dependencies]\n# axum = \"0.8\"\n\
                        axum-core = \"0.5\"\n[features]\naxum = []";
        assert!(faults_of(manifest, &[]).is_empty(), "{:?}", faults_of(manifest, &[]));
    }

    #[test]
    fn a_crate_is_found_in_code_and_not_in_comments_and_contents() {
        let files = [
            ("lib.rs", "mod a; pub use sqlx;"),
            ("a.rs", "/// Of sqlx.\npub fn pool() -> Result<sqlx::Pool, ()> { Err(()) }"),
            ("b.rs", "/// Of sqlx.\npub fn name() -> &'static str { \"sqlx\" }"),
            ("c.rs", "use sqlx::Pool; pub fn pool(_: Pool) {}"),
        ];
        let expected = ["a.rs must not name sqlx", "c.rs must not name sqlx"];
        assert_eq!(faults_of("", &files), expected);
    }
}
