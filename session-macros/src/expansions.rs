//! The expansions in `tests/expand`: `name.rs` is what the user writes, `name.expanded.rs` what we
//! make of it.
//!
//! `EXPAND=overwrite cargo test -p session-macros` writes the latter anew; read the difference.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::root::Root;

#[test]
fn expansions_are_as_they_stand_in_their_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expand");
    let mut compared = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with(".expanded.rs") {
            compare(&path);
            compared += 1;
        }
    }
    assert!(compared > 0, "there are expansions to compare");
}

/// What closes a list that has no brackets: generics, and bounds.
const CLOSING: [char; 3] = ['>', ';', '{'];

fn compare(written: &Path) {
    let expanded: PathBuf = written.with_extension("expanded.rs");
    let ours = expand(parse(written));
    if std::env::var_os("EXPAND").is_some_and(|value| value == "overwrite") {
        fs::write(&expanded, formatted(&ours)).unwrap();
    }
    let theirs = parse(&expanded);
    assert_eq!(
        significant(&ours),
        significant(&theirs),
        "{} makes\n{}",
        written.display(),
        formatted(&ours)
    );
}

fn parse(path: &Path) -> TokenStream {
    let source =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    source.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Expands each item that begins with our attribute; the rest of the file stays.
fn expand(file: TokenStream) -> TokenStream {
    let mut tokens = file.into_iter().peekable();
    let mut expanded = TokenStream::new();
    while let Some(pound) = tokens.next() {
        let Some(TokenTree::Group(attribute)) = tokens.next() else {
            panic!("each item has our attribute")
        };
        assert_eq!(pound.to_string(), "#", "each item has our attribute");
        let mut item = TokenStream::new();
        for token in tokens.by_ref() {
            let ends =
                matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
            item.extend([token]);
            if ends {
                break;
            }
        }
        let mut attribute = attribute.stream().into_iter();
        let name = attribute.next().map(|name| name.to_string());
        let args = match attribute.next() {
            Some(TokenTree::Group(args)) => args.stream(),
            _ => TokenStream::new(),
        };
        expanded.extend(match name.as_deref() {
            Some("session") => crate::session::expand(Root::Axum, args, &item),
            Some("core_session") => crate::session::expand(Root::Core, args, &item),
            Some("require_session") => crate::require_session::expand(args, &item),
            _ => panic!("each item has our attribute"),
        });
    }
    expanded
}

/// The tokens without the commas that rustfmt adds, or takes away, before what closes a list.
fn significant(tokens: &TokenStream) -> String {
    let mut text = String::new();
    let mut tokens = tokens.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        let next = tokens.peek().map(ToString::to_string);
        match token {
            TokenTree::Group(group) => {
                let content = significant(&group.stream());
                text.extend([&format!("{:?} ", group.delimiter()), &content, "end\n"]);
            }
            TokenTree::Punct(punct)
                if punct.as_char() == ',' && next.is_none_or(|next| next.starts_with(CLOSING)) => {}
            other => text.extend([&other.to_string(), " "]),
        }
    }
    text
}

/// As rustfmt has it.
fn formatted(tokens: &TokenStream) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "use_small_heuristics=Max"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // rustfmt does not look into attributes.
    let mut source = String::new();
    for part in tokens.to_string().replace(":: ", "::").split_inclusive(" ::") {
        match part.strip_suffix(" ::") {
            Some(path) if path.ends_with(char::is_alphanumeric) => source.extend([path, "::"]),
            _ => source += part,
        }
    }
    rustfmt.stdin.take().unwrap().write_all(source.as_bytes()).unwrap();
    String::from_utf8(rustfmt.wait_with_output().unwrap().stdout).unwrap()
}
