//! An entry of the chapter: a message, its cure, and what was written.

use super::diagnostic::Diagnostic;

/// What code is cut off after, in characters.
const LONG: usize = 120;

/// A row of a section's table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    messages: Vec<String>,
    cure: String,
    written: Vec<String>,
}

impl Entry {
    /// The entries of a test: its text, and what the compiler says of it.
    ///
    /// # Errors
    /// A message whose cure stands nowhere.
    pub(super) fn of_test(source: &str, output: &str) -> Result<Vec<Self>, String> {
        let lines: Vec<&str> = source.lines().collect();
        let advice = advice(source);
        let errors = Diagnostic::parse(output);
        let is_answered = errors.iter().any(Diagnostic::names_its_cure);
        let mut entries: Vec<Self> = Vec::new();
        for error in errors {
            let cure = if error.names_its_cure() {
                sentences(&error.notes)
            } else if let Some(advice) = &advice {
                advice.clone()
            } else if let Some(help) = &error.help {
                sentences(std::slice::from_ref(help))
            } else if is_answered {
                // It follows from the error that is answered, and goes away with it.
                continue;
            } else {
                return Err(format!(
                    "`{}` has no cure: write one at the top of the test, after `//!`",
                    error.message
                ));
            };
            let entry = Self {
                written: written(&error, &lines).into_iter().collect(),
                messages: vec![first_line(error)],
                cure,
            };
            let is_advice = advice.as_ref() == Some(&entry.cure);
            let is_known = entries.iter().any(|other| other.messages[0] == entry.messages[0]);
            match entries.iter_mut().find(|other| is_advice && other.cure == entry.cure) {
                Some(other) => other.join(entry),
                None if is_known => {}
                None => entries.push(entry),
            }
        }
        Ok(entries)
    }

    /// Whether two entries differ in names alone.
    pub(super) fn is_same_mistake(&self, other: &Self) -> bool {
        let shape = |entry: &Self| {
            let texts = entry.messages.iter().chain([&entry.cure]);
            texts.map(|text| without_names(text)).collect::<Vec<_>>()
        };
        shape(self) == shape(other)
    }

    /// Adds what the other one shows and this one does not. Of two that differ in names alone, the shorter message stays.
    pub(super) fn join(&mut self, mut other: Self) {
        if self.is_same_mistake(&other) {
            if other.messages[0].len() < self.messages[0].len() {
                std::mem::swap(self, &mut other);
            }
        } else {
            for message in other.messages {
                if !self.messages.contains(&message) {
                    self.messages.push(message);
                }
            }
        }
        for written in other.written {
            if self.written.len() < 3 && !self.written.contains(&written) {
                self.written.push(written);
            }
        }
        if self.written.iter().any(|written| !is_bare(written)) {
            self.written.retain(|written| !is_bare(written));
        }
    }

    /// By what entries are in order: the first letters of the message.
    pub(super) fn key(&self) -> String {
        let key = self.messages[0].to_lowercase();
        key.chars().filter(|char| char.is_alphanumeric() || *char == ' ').collect()
    }

    /// The row.
    pub(super) fn row(&self) -> String {
        let messages: Vec<_> = self.messages.iter().map(|message| code(message)).collect();
        let written: Vec<_> = self.written.iter().map(|written| code(written)).collect();
        let mut left = messages.join("<br>");
        if !self.cure.is_empty() {
            left = format!("{left}<br>{}", cell(&self.cure));
        }
        format!("| {left} | {} |\n", written.join("<br>"))
    }
}

/// The `//!` lines at the top of a test.
fn advice(source: &str) -> Option<String> {
    let lines = source.lines().map_while(|line| line.strip_prefix("//! "));
    let advice = lines.collect::<Vec<_>>().join(" ");
    (!advice.is_empty()).then_some(advice)
}

/// The first line of an error, with what was expected where it says nothing else.
fn first_line(error: Diagnostic) -> String {
    let message = match error.label {
        Some(label) => format!("{}: {label}", error.message),
        None => error.message,
    };
    match error.code.as_deref() {
        None | Some("E0080") => message,
        Some(code) => format!("error[{code}]: {message}"),
    }
}

/// What was written, as one line.
fn written(error: &Diagnostic, lines: &[&str]) -> Option<String> {
    let written = error.lines.iter().map(|number| lines[number - 1].trim());
    let written: Vec<_> = match error.lines.len() {
        1 => written.collect(),
        _ => written.filter(|line| !is_bare(line)).collect(),
    };
    let written = written.join(" ");
    if written.chars().count() > LONG {
        return Some(format!("{}…", written.chars().take(LONG).collect::<String>()));
    }
    (!written.is_empty()).then_some(written)
}

/// Whether the line is an attribute that says nothing, unless it is the mistake itself.
fn is_bare(line: &str) -> bool {
    matches!(line, "#[session]" | "#[require_session]")
}

fn sentences(notes: &[String]) -> String {
    let sentences = notes.iter().map(|note| {
        let (first, rest) = note.split_at(note.chars().next().map_or(0, char::len_utf8));
        format!("{}{rest}.", first.to_uppercase())
    });
    sentences.collect::<Vec<_>>().join(" ")
}

fn without_names(text: &str) -> String {
    text.split('`').step_by(2).collect::<Vec<_>>().join("`…`")
}

/// Text as code, word by word as the compiler prints it.
fn code(text: &str) -> String {
    let text = cell(text);
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Text in a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "//! Take it\n//! by `&mut`.\n\nfn a() {\n    b();\n}\n";

    fn output(message: &str) -> String {
        format!("{message}\n --> ui/fail/a.rs:5:5\n  |\n5 |     b();\n  |     ^ here\n")
    }

    #[test]
    fn a_test_says_how_to_mend_what_the_compiler_does_not() {
        let output = output("error[E0594]: cannot `assign`");
        let entries = Entry::of_test(SOURCE, &output).unwrap();
        let row = "| `` error[E0594]: cannot `assign` ``<br>Take it by `&mut`. | `b();` |\n";
        assert_eq!(entries[0].row(), row);
        let fault = Entry::of_test("\n\n\n\nb();", &output).unwrap_err();
        assert!(fault.contains("has no cure"), "{fault}");
    }

    #[test]
    fn a_message_that_names_its_cure_needs_no_other() {
        let output = output("error: `a|b` takes no value: write `a` alone");
        let entries = Entry::of_test(SOURCE, &output).unwrap();
        let row = "| `` `a\\|b` takes no value: write `a` alone `` | `b();` |\n";
        assert_eq!(entries[0].row(), row);
    }

    #[test]
    fn two_errors_that_differ_in_names_are_one_entry() {
        let of = |name: &str| {
            let output = output(&format!("error: `{name}` is given twice: remove one"));
            Entry::of_test(SOURCE, &output).unwrap().remove(0)
        };
        let mut entry = of("a");
        assert!(entry.is_same_mistake(&of("c")));
        entry.join(of("c"));
        assert_eq!(entry, of("a"));
    }
}
