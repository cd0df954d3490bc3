//! The repository as it is, held against the checks.

use std::fs;
use std::path::Path;

use session_layout_tests::arrows::Arrows;
use session_layout_tests::retired::RETIRED;
use session_layout_tests::rooms::{self, ROOMS};
use session_layout_tests::{crates, files, requirements, shape, words};

/// Crates of few lines, and the one function that the conformance suite is called by.
const CONTENTS_WITH_CODE: [&str; 3] = [
    "benches/shop/src/lib.rs",
    "benches/site/src/lib.rs",
    "session-core/src/store/conformance/mod.rs",
];

/// The arrows of every target of every crate, with the target's root file.
fn targets(root: &Path) -> Vec<(String, Arrows)> {
    let crates = crates::find(root);
    assert!(crates.len() >= 6, "only {} crates were found in {}", crates.len(), root.display());
    let targets = crates.iter().flat_map(|found| &found.targets);
    targets
        .map(|file| {
            (file.strip_prefix(root).unwrap_or(file).display().to_string(), Arrows::read(file))
        })
        .collect()
}

fn none(problems: &[String]) {
    assert!(problems.is_empty(), "{} found:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let root = files::repository();
    let mut circles = Vec::new();
    for (target, arrows) in targets(&root) {
        let found = arrows.circles(&root);
        println!(
            "{target}: {} files, {} arrows, {} circles",
            arrows.files.len(),
            arrows.all().count(),
            found.len()
        );
        circles.extend(found);
    }
    none(&circles);
}

#[test]
fn imports_between_rooms_run_one_way() {
    let root = files::repository();
    let mut found = Vec::new();
    for (_, arrows) in targets(&root) {
        for rooms in ROOMS {
            found.extend(rooms::violations(rooms, &arrows, &root));
        }
    }
    found.extend(ROOMS.iter().flat_map(|rooms| rooms::empty_rows(rooms, &root)));
    none(&found);
}

#[test]
fn no_type_module_or_function_has_a_retired_name() {
    none(&words::find(&files::repository(), RETIRED));
}

#[test]
fn each_security_requirement_has_tests_that_exist() {
    let root = files::repository();
    let page = fs::read_to_string(root.join("docs/security.md")).expect("docs/security.md");
    let (numbers, tests) = requirements::count(&page);
    println!("docs/security.md: {numbers} requirements, {tests} tests");
    none(&requirements::problems(&page, &root));
}

#[test]
fn no_source_file_is_too_long() {
    none(&shape::long_files(&files::repository()));
}

#[test]
fn tables_of_contents_hold_no_functions() {
    let root = files::repository();
    let found = shape::functions_in_contents(&root);
    let (excepted, found): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(file, _)| CONTENTS_WITH_CODE.contains(&file.as_str()));
    none(
        &found
            .into_iter()
            .map(|(file, what)| {
                format!(
                    "{file} holds `{what}`: a table of contents has docs, `mod` and `pub use` only"
                )
            })
            .collect::<Vec<_>>(),
    );
    for file in CONTENTS_WITH_CODE {
        assert!(
            excepted.iter().any(|(excepted, _)| excepted == file),
            "{file} is no exception any more: take it out of the list"
        );
    }
}
