//! What a crate logs: the calls of `tracing::error!` and its like.

use proc_macro2::{TokenStream, TokenTree};

use super::text;
use crate::source::Crate;

/// A line in the log.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Logged {
    /// `error`, `warn`, `info`.
    pub level: String,
    /// Its message.
    pub message: String,
}

impl Logged {
    /// All lines of a crate that somebody has to act on: errors, warnings, and what says what to do.
    pub(super) fn of(from: &Crate) -> Vec<Self> {
        let mut lines = Vec::new();
        for file in &from.files {
            let text = file.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            let tokens = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.path));
            collect(tokens, &mut lines);
        }
        let is_for_action = |line: &Self| {
            let is_loud = matches!(&*line.level, "error" | "warn");
            // A line that is another error's words has no message of its own.
            (is_loud || text::names_its_cure(&line.message)) && line.message != "…"
        };
        lines.retain(is_for_action);
        lines
    }
}

fn collect(tokens: TokenStream, lines: &mut Vec<Logged>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        match (call(&tokens[..index]), text::message(group.stream(), false)) {
            (Some(level), Some(message)) => lines.push(Logged { level, message }),
            _ => collect(group.stream(), lines),
        }
    }
}

/// The level of `tracing::level!`, if these tokens end so.
fn call(before: &[TokenTree]) -> Option<String> {
    let [.., TokenTree::Ident(crate_name), _, _, TokenTree::Ident(level), TokenTree::Punct(mark)] =
        before
    else {
        return None;
    };
    (crate_name == "tracing" && mark.as_char() == '!').then(|| level.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn a_line_in_the_log_has_a_level_and_a_message() {
        let source = r#"fn a() {
            tracing::warn!(target: "session", name, "built twice: clone {name}");
            match b { _ => tracing::info!(target: "session", "created") }
        }"#;
        let file = SourceFile::parse("a.rs".to_owned(), Vec::new(), source.to_owned());
        let lines = Logged::of(&Crate { path: "a".to_owned(), files: vec![file] });
        let (level, message) = ("warn".to_owned(), "built twice: clone …".to_owned());
        assert_eq!(lines, [Logged { level, message }]);
    }
}
