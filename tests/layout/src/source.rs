//! The crates of a repository, and their files, parsed.

use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Item, Meta};

/// A crate of this repository.
#[derive(Debug)]
pub struct Crate {
    /// The folder of its manifest, from the root of the repository.
    pub path: String,
    /// Its files, each as a module.
    pub files: Vec<SourceFile>,
}

/// A file of a crate, without what is compiled for tests only.
#[derive(Debug)]
pub struct SourceFile {
    /// From the root of the repository.
    pub path: String,
    /// The path of the module that it is: empty for the root of the crate.
    pub module: Vec<String>,
    /// Its text.
    pub text: String,
    /// Its items.
    pub items: Vec<Item>,
}

/// The root of this repository.
///
/// # Panics
/// If this crate was moved out of `tests/layout`.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).expect("this crate lies in tests/layout").to_owned()
}

/// The crates below this folder that have a `src/lib.rs` or `src/main.rs`.
///
/// # Panics
/// If a file cannot be read or parsed.
pub fn crates(root: &Path) -> Vec<Crate> {
    let mut manifests = Vec::new();
    find(root, &mut manifests, &|path| path.ends_with("Cargo.toml"));
    manifests.sort();
    manifests.iter().filter_map(|manifest| crate_in(root, manifest.parent()?)).collect()
}

/// The crate in this folder, if it has a `src/lib.rs` or `src/main.rs`.
///
/// # Panics
/// If a file cannot be read or parsed.
pub fn crate_in(root: &Path, folder: &Path) -> Option<Crate> {
    let source = folder.join("src");
    let entry = ["lib.rs", "main.rs"].map(|name| source.join(name));
    let entry = entry.into_iter().find(|path| path.is_file())?;
    Some(Crate { path: relative(root, folder), files: files(root, &source, &entry) })
}

/// The tests and examples below this folder that have a `main.rs`, each a crate of its own.
///
/// # Panics
/// If a file cannot be read or parsed.
pub fn programs(root: &Path) -> Vec<Crate> {
    let mut entries = Vec::new();
    find(root, &mut entries, &|path| path.ends_with("main.rs") && !path.ends_with("src/main.rs"));
    entries.sort();
    let programs = entries.iter().filter_map(|entry| {
        let folder = entry.parent()?;
        Some(Crate { path: relative(root, folder), files: files(root, folder, entry) })
    });
    programs.collect()
}

/// The files of a crate whose modules lie in this folder.
fn files(root: &Path, folder: &Path, entry: &Path) -> Vec<SourceFile> {
    let mut files = Vec::new();
    find(folder, &mut files, &|path| path.extension().is_some_and(|kind| kind == "rs"));
    files.sort();
    let files = files.iter().map(|path| {
        let text = fs::read_to_string(path).expect("the file can be read");
        let module = if path == entry { Vec::new() } else { module_of(folder, path) };
        SourceFile::parse(relative(root, path), module, text)
    });
    files.collect()
}

/// Every file below a folder that `wanted` says yes to; what is built or hidden is left out.
///
/// # Panics
/// If a folder cannot be read.
pub fn find(folder: &Path, found: &mut Vec<PathBuf>, wanted: &impl Fn(&Path) -> bool) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_others = name == "target" || name == "node_modules";
        if path.is_symlink() || name.starts_with('.') || is_others {
            continue;
        }
        if path.is_dir() {
            find(&path, found, wanted);
        } else if wanted(&path) {
            found.push(path);
        }
    }
}

impl SourceFile {
    /// A file of this text.
    ///
    /// # Panics
    /// If it is no Rust.
    pub fn parse(path: String, module: Vec<String>, text: String) -> Self {
        let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let items = file.items.into_iter().filter(|item| !is_for_tests(attributes(item)));
        Self { items: items.collect(), path, module, text }
    }

    /// Whether it lies in the `src` of a crate, and not among its tests.
    pub fn is_in_src(&self) -> bool {
        self.path.split('/').any(|part| part == "src")
    }

    /// Whether it holds nothing but a table of contents: modules and re-exports.
    pub fn is_contents(&self) -> bool {
        let is_contents = |item: &Item| match item {
            Item::Mod(module) => module.content.as_ref().is_none_or(|(_, items)| {
                items.iter().all(|item| matches!(item, Item::Use(_) | Item::Mod(_)))
            }),
            Item::Use(_) | Item::ExternCrate(_) => true,
            _ => false,
        };
        self.items.iter().all(is_contents)
    }
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
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

fn module_of(source: &Path, path: &Path) -> Vec<String> {
    let relative = path.strip_prefix(source).expect("it lies in the source").with_extension("");
    let mut module: Vec<String> =
        relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

/// The path from the root of the repository, with `/` between its parts.
pub fn relative(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_have_a_manifest_and_programs_a_main_file() {
        let root = tempfile::tempdir().unwrap();
        let files = [
            "one/Cargo.toml",
            "one/src/lib.rs",
            "one/src/room/mod.rs",
            "one/target/other/Cargo.toml",
            "one/target/other/src/lib.rs",
            "one/tests/api/main.rs",
            "one/tests/api/case.rs",
            "one/tests/alone.rs",
        ];
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let modules = |found: &[Crate]| -> Vec<String> {
            let files = found.iter().flat_map(|found| &found.files);
            files.map(|file| format!("{} is {:?}", file.path, file.module.join("::"))).collect()
        };
        assert_eq!(
            modules(&crates(root.path())),
            [r#"one/src/lib.rs is """#, r#"one/src/room/mod.rs is "room""#]
        );
        assert_eq!(
            modules(&programs(root.path())),
            [r#"one/tests/api/case.rs is "case""#, r#"one/tests/api/main.rs is """#]
        );
    }
}
