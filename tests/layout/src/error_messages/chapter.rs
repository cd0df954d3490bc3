//! The chapter: an introduction, and a table for each group of errors.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::error_type::ErrorType;
use super::logged::Logged;
use super::status::statuses;
use super::text::{code, names_its_cure};
use crate::source::Crate;

const INTRODUCTION: &str = "\
# Errors

What an application, its log and its clients are told when something is wrong, with the cause and the cure. `…` stands for what is filled in.

- **In the log.** Every failure is reported by `tracing`, with the target `session`. The field `error` or `refusal` has the message; its
  sources, one after the other, are further below on this page. No log at all? Call `tracing_subscriber::fmt::init()` at the beginning of `main`
  (`cargo add tracing-subscriber`). If you filter, name the target: `RUST_LOG=my_app=debug,session=info`.
- **Nobody stays logged in?** At the level `info` the log has `session token ignored` with the reason.
- **In an answer.** A status below 500 is answered with the message. One of 500 or more is answered `the session is unavailable`, so that a client sees no
  internals: see the log. Your own answers: `Builder::on_refusal`.
- **From `main`.** An error that `main` returns is printed with its sources, in words.
- Messages of the compiler are in another chapter: [compiler messages].

[compiler messages]: compiler-messages.md

<!-- Generated from the docs of the error types: see CONTRIBUTING.md. -->
";

/// A heading, what is to be known of its errors, and where they are declared: types of session-core, or folders.
struct Section {
    heading: &'static str,
    introduction: &'static str,
    types: &'static [&'static str],
}

const SECTIONS: &[Section] = &[
    Section {
        heading: "Requests that are refused",
        introduction: "`Refusal`: the handler did not run, or its response was replaced.",
        types: &["Refusal"],
    },
    Section {
        heading: "Calls that fail",
        introduction: "`ErrorKind`, in `session_axum::Error`. As the error of a handler it is answered with this status.",
        types: &["Error"],
    },
    Section {
        heading: "Settings",
        introduction: "The program does not start.",
        types: &["BuildError", "LifetimeError", "CookieError", "OriginError", "KeyError"],
    },
    Section {
        heading: "Sources",
        introduction: "The causes (`source()`) of the errors above. A `HandleError` or `PageCursorError` is answered 400, an \
                       `ImportError` 503 (500 of an id that is too short).",
        types: &[
            "StoreError",
            "Unanswered",
            "FieldsError",
            "EncodeError",
            "SealError",
            "RandomError",
            "ImportError",
            "HandleError",
            "PageCursorError",
        ],
    },
    Section {
        heading: "Live sessions that end",
        introduction: "`EndReason`: why a socket, a stream or a long poll is over.",
        types: &["EndReason"],
    },
    Section {
        heading: "PostgreSQL",
        introduction: "From `connect`, `open` and `migrate`, or the source of a `StoreError`.",
        types: &["session-sqlx/src/postgres/", "session-sqlx/src/version.rs"],
    },
    Section {
        heading: "SQLite",
        introduction: "From `open` and `migrate`, or the source of a `StoreError`.",
        types: &["session-sqlx/src/sqlite/"],
    },
    Section {
        heading: "Redis",
        introduction: "From `connect`, or the source of a `StoreError`.",
        types: &["session-redis/src/"],
    },
];

/// How to act on a line in the log that does not say so itself.
const ACTIONS: &[(&str, &str)] = &[
    ("a live session cannot be read", "See its field `error`. The session goes on."),
    (
        "a session in a list cannot be read",
        "See its field `error`. End the session by its handle, if nothing else helps.",
    ),
    ("others may read the session database", "Take that right away: `chmod 600`."),
    ("request refused", "See its field `refusal`: a mistake in the program."),
    ("session not renewed", "See its field `error`. The next request tries again."),
    ("session store failed", "See its field `error`, a `StoreError`."),
    (
        "stored field did not decode and has its default",
        "The field's type has changed. Give it the name of a new field, or a `Deserialize` that reads the old form. What is \
         stored stays until a handler changes the field.",
    ),
];

/// The chapter, made of these crates.
///
/// # Errors
/// Error types of no section, and errors whose cure stands nowhere.
pub fn chapter(crates: &[Crate]) -> Result<String, Vec<String>> {
    let mut chapter = INTRODUCTION.to_owned();
    let mut faults = Vec::new();
    let mut sections: Vec<Vec<(&Crate, ErrorType)>> = SECTIONS.iter().map(|_| Vec::new()).collect();
    for from in crates {
        for error in ErrorType::of(from) {
            match SECTIONS.iter().position(|section| section.has(&error)) {
                Some(section) => sections[section].push((from, error)),
                None => faults.push(format!("{}: {} has no section", error.path, error.name)),
            }
        }
    }
    for (section, types) in SECTIONS.iter().zip(sections) {
        chapter += &section.table(types, &mut faults);
    }
    chapter += &lines_in_the_log(crates, &mut faults);
    if faults.is_empty() { Ok(chapter) } else { Err(faults) }
}

impl Section {
    fn has(&self, error: &ErrorType) -> bool {
        let is_core = error.path.starts_with("session-core/");
        self.types.iter().any(|place| {
            (place.contains('/') && error.path.starts_with(place))
                || (is_core && error.name == *place)
        })
    }

    fn table(&self, mut types: Vec<(&Crate, ErrorType)>, faults: &mut Vec<String>) -> String {
        types.sort_by_key(|(_, error)| self.types.iter().position(|name| *name == error.name));
        let statuses = all_statuses(&types);
        let head = if statuses.is_empty() {
            "| message | cause, cure |\n| --- | --- |\n"
        } else {
            "| status | message | cause, cure |\n| --- | --- | --- |\n"
        };
        let mut table = format!("\n## {}\n\n{}\n\n{head}", self.heading, self.introduction);
        for (_, error) in &types {
            for said in &error.errors {
                if said.paragraphs.len() < 2 && !names_its_cure(&said.message) {
                    faults.push(format!(
                        "{}: {}::{} has no cure: add a paragraph to its documentation",
                        error.path, error.name, said.name
                    ));
                }
                let mut cause = said.paragraphs.join(" ");
                if let Some(status) = statuses.get(&said.name) {
                    // It has a column of its own.
                    cause = cause.replace(&format!(": {status}."), ".");
                    cause = cause.replace(&format!(". {status}."), ".");
                    _ = write!(table, "| {status} ");
                }
                _ = writeln!(table, "| {} | {cause} |", code(&said.message));
            }
        }
        table
    }
}

fn lines_in_the_log(crates: &[Crate], faults: &mut Vec<String>) -> String {
    let mut lines: Vec<_> = crates.iter().flat_map(Logged::of).collect();
    lines.sort();
    lines.dedup();
    let mut table = "\n## Lines in the log\n\n| level | message |\n| --- | --- |\n".to_owned();
    for line in &lines {
        let action = ACTIONS.iter().find(|(message, _)| *message == line.message);
        if action.is_none() && !names_its_cure(&line.message) {
            faults.push(format!("`{}`: ACTIONS does not say how to act on it", line.message));
        }
        let action = action.map_or_else(String::new, |(_, action)| format!("<br>{action}"));
        _ = writeln!(table, "| {} | {}{action} |", line.level, code(&line.message));
    }
    for (message, _) in ACTIONS {
        if !lines.iter().any(|line| line.message == *message) {
            faults.push(format!("`{message}` is logged no more: remove it from ACTIONS"));
        }
    }
    table
}

fn all_statuses(types: &[(&Crate, ErrorType)]) -> BTreeMap<String, u16> {
    let files = types.iter().filter_map(|(from, error)| Some((error.file(from)?, &error.name)));
    files.flat_map(|(file, name)| statuses(file, name)).collect()
}
