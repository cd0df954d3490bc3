//! The layout of this repository is what its documents say.

use std::fs;

use session_layout_tests::aliases;
use session_layout_tests::circles::circles;
use session_layout_tests::compiler_messages;
use session_layout_tests::error_messages;
use session_layout_tests::imports::Imports;
use session_layout_tests::links;
use session_layout_tests::names::retired;
use session_layout_tests::neighbours::Strangers;
use session_layout_tests::requirements;
use session_layout_tests::rooms::{Floor, faults};
use session_layout_tests::source::{Crate, crate_in, crates, find, programs, root};

/// The rooms of each crate, and which way imports run between them.
const FLOORS: &[Floor] = &[
    Floor {
        folder: "session-axum/src",
        rooms: &[
            ("gate", &["extract", "guard", "requirement", "return_to", "sessions", "verdict"]),
            ("layer", &["guard", "request_session", "sessions"]),
            ("testing", &["builder", "guard", "rejection", "requirement", "sessions"]),
            (
                "guard",
                &[
                    "from_state",
                    "mistakes",
                    "rejection",
                    "request_head",
                    "requirement",
                    "sessions",
                    "verdict",
                ],
            ),
            ("request_session", &["error", "rejection", "sessions"]),
            ("extract", &["from_state", "rejection", "sessions"]),
            ("from_state", &["sessions"]),
            ("sealed_cookie_builder", &["builder", "sessions"]),
            ("builder", &["rejection", "request_head", "sessions"]),
            ("sessions", &["error", "rejection", "request_head"]),
            ("verdict", &["rejection", "sessions"]),
            ("error", &["rejection"]),
            ("rejection", &["request_head"]),
            ("clear_site_data", &[]),
            ("mistakes", &[]),
            ("request_head", &[]),
            ("requirement", &["verdict"]),
            ("return_to", &[]),
        ],
    },
    Floor {
        folder: "session-core/src",
        rooms: &[
            ("engine", &["store", "state", "cookie", "crypto", "error_words"]),
            ("store", &["crypto", "error_words"]),
            ("state", &["error_words"]),
            ("cookie", &["error_words"]),
            ("crypto", &["error_words"]),
            ("error_words", &[]),
        ],
    },
    Floor {
        folder: "session-core/src/engine",
        rooms: &[
            (".", &["store_backend", "cookie_backend", "live"]),
            ("store_backend", &[".", "live"]),
            ("cookie_backend", &[".", "live"]),
            ("live", &["."]),
        ],
    },
    Floor {
        folder: "session-macros/src/session",
        rooms: &[
            (".", &["parse", "model", "print"]),
            ("print", &["model", "parse"]),
            ("model", &["parse"]),
            ("parse", &[]),
        ],
    },
    Floor {
        folder: "session-macros/src/require_session",
        rooms: &[
            (".", &["parse", "model", "print"]),
            ("print", &["model", "parse"]),
            ("model", &["parse"]),
            ("parse", &[]),
        ],
    },
    Floor {
        folder: "session-redis/src",
        rooms: &[
            (".", &["operation", "batch", "cluster", "connection", "inspection", "scripts"]),
            ("operation", &["batch", "cluster", "connection", "scripts"]),
            ("batch", &["connection", "scripts"]),
            ("cluster", &["connection", "inspection"]),
            ("connection", &["inspection"]),
            ("inspection", &[]),
            ("scripts", &[]),
        ],
    },
    Floor {
        folder: "tests/ledger/src",
        rooms: &[
            (".", &["ledger", "node"]),
            ("options", &["faults", "plan", "stores"]),
            (
                "run",
                &[
                    "clients", "faults", "ledger", "node", "nodes", "plan", "random", "report",
                    "stores",
                ],
            ),
            ("report", &["clients", "faults", "ledger", "plan", "stores"]),
            ("plan", &["faults", "stores"]),
            ("clients", &["ledger", "page", "random"]),
            ("faults", &["nodes", "stores"]),
            ("nodes", &["node", "stores"]),
            ("node", &["page", "stores"]),
            ("ledger", &["page"]),
            ("page", &[]),
            ("random", &[]),
            ("stores", &[]),
        ],
    },
    Floor { folder: "session-sqlx/src/postgres", rooms: STORE_WITH_FEED },
    Floor { folder: "session-sqlx/src/sqlite", rooms: STORE },
];

/// The rooms of a store: what an application calls, over the migration of its table and calls that
/// wait together, over connections, over statements.
const STORE: &[(&str, &[&str])] = &[
    (".", &["migrate", "batch", "connection", "sql"]),
    ("migrate", &["connection", "sql"]),
    ("batch", &["connection", "sql"]),
    ("connection", &["sql"]),
    ("sql", &[]),
];

/// The same with the feed of endings, which asks the server as any call does.
const STORE_WITH_FEED: &[(&str, &[&str])] = &[
    (".", &["migrate", "feed", "batch", "connection", "sql"]),
    ("migrate", &["connection", "sql"]),
    ("feed", &["batch", "connection", "sql"]),
    ("batch", &["connection", "sql"]),
    ("connection", &["sql"]),
    ("sql", &[]),
];

/// What the crates must not know: the engine and the stores serve other frameworks too, and what is
/// public in session-axum names no type of a database's driver.
const STRANGERS: &[Strangers] = &[
    Strangers {
        folder: "session-core",
        packages: &["axum", "axum-core", "session-axum", "session-redis", "session-sqlx"],
        crates: &["axum", "axum_core", "session_axum"],
    },
    Strangers { folder: "session-redis", packages: FRAMEWORK, crates: &[] },
    Strangers { folder: "session-sqlx", packages: FRAMEWORK, crates: &[] },
    // The stores' tests start their servers with it; its `client` is for others.
    Strangers { folder: "tests/support", packages: &["session-axum"], crates: &["session_axum"] },
    Strangers {
        folder: "session-axum",
        packages: &["redis", "sqlx"],
        crates: &["redis", "session_redis", "session_sqlx", "sqlx"],
    },
];

const FRAMEWORK: &[&str] = &["axum", "axum-core", "session-axum"];

/// The requirements of `docs/security.md`.
const REQUIREMENTS: u32 = 75;

/// The cells of `COMPARE.md` that say something of this library.
const COMPARED: u32 = 28;

/// A file that is longer holds more than one idea. Documentation, which has an example for each method, is not counted.
const MAX_LINES: usize = 370;

/// The crates whose documentation people read.
fn published() -> Vec<Crate> {
    let names = ["session-axum", "session-core", "session-macros", "session-redis", "session-sqlx"];
    names.iter().filter_map(|name| crate_in(&root(), &root().join(name))).collect()
}

fn of_crates(faults: impl Fn(&Crate) -> Vec<String>) -> Vec<String> {
    crates(&root()).iter().flat_map(faults).collect()
}

/// The same of tests and examples as well.
fn of_all(faults: impl Fn(&Crate) -> Vec<String>) -> Vec<String> {
    let all = crates(&root()).into_iter().chain(programs(&root()));
    all.collect::<Vec<_>>().iter().flat_map(faults).collect()
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    assert_none(&of_all(|from| {
        let imports = Imports::of(from);
        println!("{}: {} files, {} arrows", from.path, imports.arrows.len(), imports.count());
        circles(&imports)
            .iter()
            .map(|arrows| format!("a circle:\n  {}", arrows.join("\n  ")))
            .collect()
    }));
}

#[test]
fn imports_between_rooms_run_one_way() {
    assert_none(&of_crates(|from| {
        let imports = Imports::of(from);
        let floors = FLOORS.iter().filter(|floor| {
            floor.folder.strip_prefix(&from.path).is_some_and(|rest| rest.starts_with('/'))
        });
        floors.flat_map(|floor| faults(floor, &imports)).collect()
    }));
}

#[test]
fn no_crate_knows_one_that_it_must_not_know() {
    let (root, all) = (root(), crates(&root()));
    let faults = STRANGERS.iter().flat_map(|strangers| {
        let of = all.iter().find(|of| of.path == strangers.folder);
        strangers.faults(&root, of.expect("there is such a crate"))
    });
    assert_none(&faults.collect::<Vec<_>>());
}

#[test]
fn no_retired_word_is_a_name() {
    assert_none(&of_all(retired));
}

#[test]
fn each_security_requirement_names_tests_that_exist() {
    let page = fs::read_to_string(root().join("docs/security.md")).expect("the page is there");
    let requirements = requirements::parse(&page).unwrap();
    assert_none(&requirements::faults(&requirements, REQUIREMENTS, &root()));
}

#[test]
fn each_cell_of_the_comparison_names_tests_that_exist() {
    let page = fs::read_to_string(root().join("COMPARE.md")).expect("the page is there");
    let cells = requirements::parse(&page).unwrap();
    assert_none(&requirements::faults(&cells, COMPARED, &root()));
}

#[test]
fn a_link_between_pages_leads_to_a_file_and_a_heading() {
    let mut pages = Vec::new();
    find(&root(), &mut pages, &|path| path.extension().is_some_and(|kind| kind == "md"));
    let faults = pages.iter().filter(|page| !page.ends_with(CHAPTERS)).flat_map(|page| {
        let text = fs::read_to_string(page).expect("the page can be read");
        let faults = links::faults(&text, page.parent().expect("a page lies in a folder"));
        faults.into_iter().map(move |fault| format!("{}: {fault}", page.display()))
    });
    assert_none(&faults.collect::<Vec<_>>());
}

/// The chapters of the guide as rustdoc links to them.
const CHAPTERS: &str = "session-axum/src/chapters.md";

#[test]
fn each_chapter_of_the_guide_is_listed_documented_and_tested() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("the file can be read");
    let (index, module) = (read("docs/guide/README.md"), read("session-axum/src/_guide.rs"));
    let (tests, definitions) = (read("examples/src/lib.rs"), read(CHAPTERS));
    let labels = links::definitions(&definitions);
    let mut chapters = Vec::new();
    find(&root().join("docs/guide"), &mut chapters, &|path| !path.ends_with("README.md"));
    let mut faults = Vec::new();
    for chapter in &chapters {
        let file = chapter.file_name().expect("a chapter has a name").to_string_lossy();
        let name = file.trim_end_matches(".md").replace('-', "_");
        for (place, text, entry) in [
            ("the guide's README", &index, format!("]: {file}\n")),
            ("_guide.rs", &module, format!("guide/{file}\")")),
            ("the doc tests of examples", &tests, format!("guide/{file}\")")),
            (CHAPTERS, &definitions, format!("]: crate::_guide::{name}\n")),
        ] {
            if !text.contains(&entry) {
                faults.push(format!("{place} has no {file}"));
            }
        }
    }
    chapters.extend([root().join("README.md"), root().join("docs/guide/README.md")]);
    for page in &chapters {
        let text = fs::read_to_string(page).expect("the page can be read");
        let undefined = links::undefined(&text, labels.iter().map(|(label, _)| *label));
        let page = page.display();
        faults.extend(undefined.iter().map(|label| format!("{page} does not define [{label}]")));
    }
    assert_none(&faults);
}

#[test]
fn what_rustdoc_shows_links_to_its_own_modules_or_to_the_repository() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("the file can be read");
    let manifest = read("Cargo.toml");
    let repository =
        manifest.split("\nrepository = \"").nth(1).and_then(|rest| rest.split('"').next());
    let repository = repository.expect("the manifest names the repository");
    let definitions = read(CHAPTERS);
    let labels = links::definitions(&definitions);
    let mut faults = Vec::new();
    for (_, target) in &labels {
        let address = target.strip_prefix(repository).and_then(|rest| rest.split("/HEAD/").nth(1));
        let path = address.map(|path| path.split(['?', '#']).next().unwrap_or(path));
        if !target.starts_with("crate") && path.is_none_or(|path| !root().join(path).exists()) {
            faults.push(format!("{CHAPTERS}: `{target}` is not in {repository}"));
        }
    }
    let mut pages = vec![root().join("README.md")];
    find(&root().join("docs/guide"), &mut pages, &|_| true);
    for page in &pages {
        let text = fs::read_to_string(page).expect("the page can be read");
        let page = page.strip_prefix(root()).expect("it lies in the repository");
        let folder = page.parent().expect("a page lies in a folder");
        let of_page = links::faults_in_rustdoc(&text, folder, &labels, repository);
        faults.extend(of_page.iter().map(|fault| format!("{}: {fault}", page.display())));
    }
    assert_none(&faults);
}

/// Compares a chapter with what it is made of. `GUIDE=overwrite cargo test -p session-layout-tests chapter` writes it anew.
fn assert_chapter(name: &str, chapter: Result<String, Vec<String>>) {
    let path = root().join("docs/guide").join(name);
    let chapter = chapter.unwrap_or_else(|faults| panic!("\n{}\n", faults.join("\n")));
    if std::env::var_os("GUIDE").is_some_and(|value| value == "overwrite") {
        fs::write(&path, &chapter).expect("the chapter can be written");
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == chapter, "{name} is out of date: run this test with GUIDE=overwrite");
}

#[test]
fn the_chapter_on_compiler_messages_has_each_mistake() {
    let chapter = compiler_messages::chapter(&root().join("tests/ui/fail"));
    assert_chapter("compiler-messages.md", chapter);
}

#[test]
fn the_chapter_on_errors_has_each_error() {
    assert_chapter("errors.md", error_messages::chapter(&published()));
}

#[test]
fn a_word_that_people_search_leads_to_an_item() {
    let missing = aliases::missing(&published());
    assert!(missing.is_empty(), "no item has one of these names or aliases: {missing:?}");
}

#[test]
fn a_file_is_one_idea_and_a_table_of_contents_holds_no_code() {
    assert_none(&of_crates(|from| {
        let mut faults = Vec::new();
        for file in &from.files {
            let is_counted = |line: &&str| !line.trim_start().starts_with("///");
            let lines = file.text.lines().filter(is_counted).count();
            if lines > MAX_LINES {
                faults.push(format!("{} has {lines} lines, and {MAX_LINES} are many", file.path));
            }
            if file.path.ends_with("/mod.rs")
                && file.items.iter().any(|item| matches!(item, syn::Item::Fn(_)))
            {
                faults.push(format!("{} holds a function: give it a file", file.path));
            }
        }
        faults
    }));
}

#[test]
fn an_error_prints_its_words_and_not_its_fields() {
    assert_none(&of_crates(|from| {
        let errors = from.files.iter().flat_map(|file| {
            let lines = file.text.lines().map(str::trim).filter(|line| {
                line.starts_with("#[derive(")
                    && line.contains("thiserror::Error")
                    && line.contains("Debug")
            });
            lines.map(|line| {
                let path = &file.path;
                format!(
                    "{path}: `{line}`: a program that ends with the error prints `Debug`; use `session_core::debug_in_words!`"
                )
            })
        });
        errors.collect()
    }));
}
