//! The shape of source files: not longer than is read at once, and no logic in a table of contents.

use std::fs;
use std::path::Path;

use syn::Item;

use crate::arrows::is_contents;
use crate::files;

/// No file in `src` is longer.
pub const MAX_LINES: usize = 400;

/// Files in a crate's `src` with more than [`MAX_LINES`] lines, by path from the repository's root.
pub fn long_files(root: &Path) -> Vec<String> {
    in_src(root)
        .filter_map(|file| {
            let lines = fs::read_to_string(root.join(&file)).unwrap_or_default().lines().count();
            (lines > MAX_LINES).then(|| {
                format!("{file} has {lines} lines: a file is one idea, and none needs {MAX_LINES}")
            })
        })
        .collect()
}

/// Functions in `mod.rs` and `lib.rs`, with their file; a crate of macros has to export its own from there.
pub fn functions_in_contents(root: &Path) -> Vec<(String, String)> {
    in_src(root)
        .filter(|file| is_contents(Path::new(file)))
        .flat_map(|file| {
            let items = files::parse(&root.join(&file));
            let functions: Vec<_> = items
                .iter()
                .filter(|item| !files::only_for_tests(files::attributes(item)))
                .filter_map(function)
                .collect();
            functions.into_iter().map(move |name| (file.clone(), name))
        })
        .collect()
}

fn in_src(root: &Path) -> impl Iterator<Item = String> {
    files::below(root, "rs")
        .into_iter()
        .map(move |file| file.strip_prefix(root).unwrap_or(&file).display().to_string())
        .filter(|file| file.split('/').any(|part| part == "src"))
}

/// The name of a function, or of the type whose functions an `impl` holds.
fn function(item: &Item) -> Option<String> {
    match item {
        Item::Fn(item)
            if !item.attrs.iter().any(|attribute| {
                attribute
                    .path()
                    .segments
                    .last()
                    .is_some_and(|name| name.ident.to_string().starts_with("proc_macro"))
            }) =>
        {
            Some(format!("fn {}", item.sig.ident))
        }
        Item::Impl(item) if !item.items.is_empty() => match &*item.self_ty {
            syn::Type::Path(path) => Some(format!("impl {}", path.path.segments.last()?.ident)),
            _ => Some("impl".to_owned()),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    #[test]
    fn a_file_of_more_than_400_lines_is_found() {
        let tree = Fixture::new(&[
            ("a/src/b.rs", &"\n".repeat(401)),
            ("a/src/c.rs", &"\n".repeat(400)),
            ("a/tests/d.rs", &"\n".repeat(401)),
        ]);
        assert_eq!(
            long_files(tree.path()),
            ["a/src/b.rs has 401 lines: a file is one idea, and none needs 400"]
        );
    }

    #[test]
    fn functions_in_a_table_of_contents_are_found() {
        let tree = Fixture::new(&[
            (
                "a/src/lib.rs",
                "mod b; #[proc_macro_attribute] pub fn session() {} #[cfg(test)] fn t() {}",
            ),
            ("a/src/b/mod.rs", "fn f() {} struct S; impl S { fn g() {} }"),
            ("a/src/d.rs", "fn f() {}"),
        ]);
        let found = functions_in_contents(tree.path());
        let expected = [("a/src/b/mod.rs", "fn f"), ("a/src/b/mod.rs", "impl S")];
        assert_eq!(found, expected.map(|(file, name)| (file.to_owned(), name.to_owned())));
    }
}
