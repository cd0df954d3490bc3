//! An error of the compiler, as a `.stderr` file has it.

/// An error, and what the reader of the chapter sees of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Diagnostic {
    /// `E0277`, of the compiler's own.
    pub code: Option<String>,
    /// The first line, without `error[E0277]: `.
    pub message: String,
    /// What stands below the underlined text, where the first line alone says nothing.
    pub label: Option<String>,
    /// The lines of the test that are underlined, and the attribute whose expansion they are part of.
    pub lines: Vec<usize>,
    /// What `= note:` says of this mistake.
    pub notes: Vec<String>,
    /// What the compiler proposes by itself.
    pub help: Option<String>,
}

/// How notes begin that the compiler adds to every error of a kind. They cure nothing.
const FORMULAS: &[&str] = &[
    "Consider using `#[axum::debug_handler]`",
    "an implementation of `PartialEq` might be missing",
    "erroneous constant",
    "expected ",
    "nested items are independent",
    "see issue",
    "the above error was encountered",
    "the failure occurred here",
    "this error originates in",
    "this note originates in",
    "required for",
];

impl Diagnostic {
    /// All errors of a `.stderr` file.
    pub(super) fn parse(output: &str) -> Vec<Self> {
        let mut errors: Vec<Vec<&str>> = Vec::new();
        for line in output.lines() {
            if line.starts_with("error") {
                errors.push(vec![line]);
            } else if let Some(error) = errors.last_mut() {
                error.push(line);
            }
        }
        errors.iter().map(|lines| Self::of(lines)).collect()
    }

    fn of(error: &[&str]) -> Self {
        let head = error[0].strip_prefix("error").unwrap_or_default();
        let (code, message) = head.split_once(": ").unwrap_or((head, ""));
        let code = code.strip_prefix('[').and_then(|code| code.strip_suffix(']'));
        let message = message.strip_prefix("evaluation panicked: ").unwrap_or(message);
        let snippet = Snippet::of(error);
        let says_what = message.contains('`') || code.is_none();
        let notes = error.iter().filter_map(|line| line.trim_start().strip_prefix("= note: "));
        let notes = notes.map(str::trim_start);
        Self {
            code: code.map(str::to_owned),
            label: if says_what { None } else { snippet.expectation() },
            message: without_place(message),
            lines: snippet.underlined(),
            notes: notes
                .filter(|note| !FORMULAS.iter().any(|formula| note.starts_with(formula)))
                .map(str::to_owned)
                .collect(),
            help: error
                .iter()
                .filter_map(|line| line.strip_prefix("help: "))
                .find(|help| help.starts_with("consider annotating"))
                .map(str::to_owned),
        }
    }

    /// The cure that stands in the message or below it. A message of the macros has it after a colon,
    /// or says what is right.
    pub(super) fn names_its_cure(&self) -> bool {
        let is_of_a_macro = matches!(self.code.as_deref(), None | Some("E0080"));
        let prose: String = self.message.split('`').step_by(2).collect();
        let has_cure = [": ", "; ", " takes ", " goes on "].iter().any(|sign| prose.contains(sign));
        !self.notes.is_empty() || (is_of_a_macro && has_cure)
    }
}

/// A message without the place of a closure, which is the test's own.
fn without_place(message: &str) -> String {
    match message.split_once("closure@") {
        Some((before, after)) => {
            let rest = after.split_once('}').map_or("", |(_, rest)| rest);
            format!("{before}closure@…}}{rest}")
        }
        None => message.to_owned(),
    }
}

/// The text that an error shows first, with what is underlined in it.
struct Snippet<'a> {
    /// The number of each line, and what stands below it.
    lines: Vec<(usize, Vec<&'a str>)>,
    /// The first line of what is underlined.
    first: usize,
}

impl<'a> Snippet<'a> {
    fn of(error: &[&'a str]) -> Self {
        let mut lines: Vec<(usize, Vec<&str>)> = Vec::new();
        let mut first = 0;
        for line in &error[1..] {
            let text = line.trim_start();
            if let Some(place) = text.strip_prefix("--> ") {
                if first != 0 {
                    break;
                }
                first = place.split(':').nth(1).and_then(|line| line.parse().ok()).unwrap_or(0);
            } else if text.starts_with("= ") || line.starts_with("note") || line.starts_with("help")
            {
                break;
            } else if let Some((number, below)) = text.split_once('|') {
                match number.trim().parse() {
                    Ok(number) => lines.push((number, Vec::new())),
                    Err(_) => {
                        if let Some((_, all)) = lines.last_mut() {
                            all.push(below);
                        }
                    }
                }
            }
        }
        Self { lines, first }
    }

    fn underlined(&self) -> Vec<usize> {
        let mut numbers = Vec::new();
        for (number, below) in &self.lines {
            if below.iter().any(|line| line.contains("in this attribute macro expansion")) {
                numbers.push(*number);
            }
            if below.iter().any(|line| line.contains('^')) {
                // What is underlined from a line to a later one has a mark below the last alone.
                let is_long = below.iter().any(|line| line.trim_start().starts_with("|_"));
                numbers.extend(if is_long { self.first..=*number } else { *number..=*number });
            }
        }
        numbers
    }

    /// "expected `A`, found `B`".
    fn expectation(&self) -> Option<String> {
        let below = self.lines.iter().flat_map(|(_, below)| below);
        let labels = below.map(|line| line.trim_start_matches(['^', '-', '|', '_', ' ']));
        let mut said = labels.filter(|label| label.starts_with("expected `"));
        said.next().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
error[E0308]: mismatched types
  --> ui/fail/a.rs:21:62
   |
21 |     Router::new().with_state(app)
   |                   ---------- ^^^ expected `Sessions<Shop>`, found `App`
   |                   |
   |                   arguments to this method are incorrect
   |
   = note: expected struct `Sessions<Shop>`
note: method defined here
  --> $CARGO/axum-$VERSION/src/routing/mod.rs
   |
   |     pub fn with_state<S2>(self, state: S) -> Router<S2> {
   |            ^^^^^^^^^^

error[E0277]: `u8` is no list
 --> ui/fail/a.rs:6:13
  |
5 | #[session]
  | ---------- in this attribute macro expansion
6 |     visits: u8,
  |             ^^ not a list
  |
  = note: use `Vec`
  = note: this error originates in the attribute macro `session`

error: `commit` needs a value: write `commit = always`
  --> ui/fail/a.rs:10:5
   |
10 | /     tokio::spawn(async move {
11 | |     });
   | |______^
";

    #[test]
    fn an_error_has_a_message_lines_and_notes() {
        let [mismatch, note, long] = <[_; 3]>::try_from(Diagnostic::parse(OUTPUT)).unwrap();
        assert_eq!(mismatch.message, "mismatched types");
        assert_eq!(mismatch.label.as_deref(), Some("expected `Sessions<Shop>`, found `App`"));
        assert_eq!(mismatch.lines, [21]);
        assert!(!mismatch.names_its_cure());
        assert_eq!((note.lines, note.notes.len()), (vec![5, 6], 1));
        assert_eq!(long.lines, [10, 11]);
        assert!(long.names_its_cure());
    }
}
