//! The chapter: its introduction, and a table for each folder of tests.

use std::fs;
use std::path::{Path, PathBuf};

use super::entry::Entry;
use crate::source::find;

const INTRODUCTION: &str = "\
# Compiler messages

Mistakes, and what the compiler says of them. Search for words of the first line that are not names of your own: here the
session type is `Shop`, the application's state `App`, and a handler `visit`. The cure stands below a message, if the message
itself does not name it. What was written stands beside it.

- Read the first error first: others often follow from it.
- If a route's handler is \"not satisfied\", put `#[axum::debug_handler(state = App)]` below `#[require_session]`, with
  the type that you give to `.with_state(…)` as `App`: then most messages name the argument that is wrong.
- Errors while the application runs are in another chapter: [errors].

[errors]: errors.md
";

/// The folders of `tests/ui/fail`, and the heading of each. What most people meet first stands first.
const SECTIONS: &[(&str, &str)] = &[
    ("handlers", "Handlers and middleware"),
    ("application", "The application's state, stores and settings"),
    ("borrows", "What a handler does with a session"),
    ("requirements", "Options of `#[require_session]`"),
    ("session_types", "Session types"),
    ("fields", "Fields of a session type"),
    ("merging", "Merge strategies"),
    ("parts", "Session types that are parts of others"),
];

const END: &str = "
These tables are made of the tests in [`tests/ui/fail`][mistakes], which has a file for each mistake, and the whole message beside it.

[mistakes]: ../../tests/ui/fail
";

/// The chapter, made of the tests in this folder.
///
/// # Errors
/// Tests that lie in no section, that have no `.stderr` beside them, or whose cure stands nowhere.
pub fn chapter(tests: &Path) -> Result<String, Vec<String>> {
    let mut chapter = INTRODUCTION.to_owned();
    let mut faults = Vec::new();
    let mut seen = 0;
    for (folder, heading) in SECTIONS {
        let tests = sources(&tests.join(folder));
        seen += tests.len();
        chapter.extend(["\n## ", heading, "\n\n| message, cure | written |\n| --- | --- |\n"]);
        chapter.extend(section(&tests, &mut faults).iter().map(Entry::row));
    }
    if seen != sources(tests).len() {
        faults.push(format!("{}: a test lies in no folder of a section", tests.display()));
    }
    chapter += END;
    if faults.is_empty() { Ok(chapter) } else { Err(faults) }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut sources = Vec::new();
    find(folder, &mut sources, &|path| path.extension().is_some_and(|kind| kind == "rs"));
    sources.sort();
    sources
}

fn section(tests: &[PathBuf], faults: &mut Vec<String>) -> Vec<Entry> {
    let mut section: Vec<Entry> = Vec::new();
    for test in tests {
        let read = |path: &Path| fs::read_to_string(path).map_err(|error| error.to_string());
        let entries = read(test).and_then(|source| {
            let output = read(&test.with_extension("stderr"))?;
            Entry::of_test(&source, &output)
        });
        match entries {
            Err(fault) => faults.push(format!("{}: {fault}", test.display())),
            Ok(entries) => {
                for entry in entries {
                    match section.iter_mut().find(|other| other.is_same_mistake(&entry)) {
                        Some(other) => other.join(entry),
                        None => section.push(entry),
                    }
                }
            }
        }
    }
    section.sort_by_key(Entry::key);
    section
}
