//! What stands in an attribute's parentheses: `word`, `word = value`, `word(word, word)`.

use proc_macro2::TokenStream;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, Lit, LitStr, Path, Result, Token, parenthesized, token};

use crate::errors::Errors;
use crate::suggestion::nearest;

/// The options that an attribute knows, each with how it is written.
pub(crate) struct Known {
    /// Who takes them: "`#[session]` on a field".
    pub(crate) place: &'static str,
    pub(crate) options: &'static [(&'static str, &'static str)],
    /// Those that may stand there more than once.
    pub(crate) repeatable: &'static [&'static str],
}

impl Known {
    /// Adds the options in `tokens` to `given`, and what is wrong with them to `errors`.
    pub(crate) fn read(&self, tokens: TokenStream, given: &mut Vec<Given>, errors: &mut Errors) {
        let parser = Punctuated::<Given, Token![,]>::parse_terminated;
        for option in errors.keep(parser.parse2(tokens)).into_iter().flatten() {
            let word = option.word();
            if self.usage(&word).is_none() {
                errors.push(self.unknown(&option.name, &word));
            } else if given.iter().any(|earlier| earlier.name == option.name)
                && !self.repeatable.contains(&word.as_str())
            {
                let message = format!("`{word}` is given twice: remove one");
                errors.push(Error::new(option.name.span(), message));
            } else {
                given.push(option);
            }
        }
    }

    /// All options as one writes them, for a message.
    pub(crate) fn all(&self) -> String {
        let usages: Vec<_> = self.options.iter().map(|(_, usage)| format!("`{usage}`")).collect();
        usages.join(", ")
    }

    /// How the option `word` is written.
    fn usage(&self, word: &str) -> Option<&'static str> {
        self.options.iter().find(|(known, _)| *known == word).map(|(_, usage)| *usage)
    }

    fn unknown(&self, name: &Ident, word: &str) -> Error {
        let suggestion = match nearest(word, self.options.iter().map(|(known, _)| *known)) {
            Some(near) => format!("did you mean `{near}`? "),
            None => String::new(),
        };
        let (place, all) = (self.place, self.all());
        Error::new(name.span(), format!("unknown option `{word}`: {suggestion}{place} takes {all}"))
    }
}

/// One option as the user wrote it.
pub(crate) struct Given {
    pub(crate) name: Ident,
    value: Value,
}

enum Value {
    Absent,
    Expr(Expr),
    List(token::Paren, TokenStream),
}

impl Given {
    pub(crate) fn word(&self) -> String {
        self.name.unraw().to_string()
    }

    /// An option without a value.
    pub(crate) fn flag(&self) -> Result<()> {
        let word = self.word();
        let message = format!("`{word}` takes no value: write `{word}` alone");
        match &self.value {
            Value::Absent => Ok(()),
            Value::Expr(expr) => Err(Error::new_spanned(expr, message)),
            Value::List(paren, _) => Err(Error::new(paren.span.join(), message)),
        }
    }

    /// An option with any expression.
    pub(crate) fn expr(self, known: &Known) -> Result<Expr> {
        let word = self.word();
        let usage = known.usage(&word).unwrap_or_default();
        let message = format!("`{word}` needs a value: write `{usage}`");
        match self.value {
            Value::Expr(expr) => Ok(expr),
            Value::Absent => Err(Error::new(self.name.span(), message)),
            Value::List(paren, _) => Err(Error::new(paren.span.join(), message)),
        }
    }

    /// An option with a string.
    pub(crate) fn string(self, known: &Known) -> Result<LitStr> {
        let word = self.word();
        match self.expr(known)? {
            Expr::Lit(expr) if matches!(expr.lit, Lit::Str(_)) => match expr.lit {
                Lit::Str(string) => Ok(string),
                other => Err(Error::new_spanned(other, "expected a string")),
            },
            other => Err(Error::new_spanned(
                other,
                format!("`{word}` takes a string: write `{word} = \"…\"`"),
            )),
        }
    }

    /// An option with a path; `what` says what it leads to.
    pub(crate) fn path(self, known: &Known, what: &str) -> Result<Path> {
        let word = self.word();
        match self.expr(known)? {
            Expr::Path(expr) if expr.qself.is_none() && expr.attrs.is_empty() => Ok(expr.path),
            other => Err(Error::new_spanned(other, format!("`{word}` takes {what}"))),
        }
    }

    /// An option with a list of words in parentheses.
    pub(crate) fn words(self, known: &Known) -> Result<Vec<Ident>> {
        let word = self.word();
        let usage = known.usage(&word).unwrap_or_default();
        let message = format!("`{word}` takes a list: write `{usage}`");
        match self.value {
            Value::List(paren, list) => {
                match Punctuated::<Ident, Token![,]>::parse_terminated.parse2(list) {
                    Ok(words) if !words.is_empty() => Ok(words.into_iter().collect()),
                    _ => Err(Error::new(paren.span.join(), message)),
                }
            }
            Value::Absent => Err(Error::new(self.name.span(), message)),
            Value::Expr(expr) => Err(Error::new_spanned(expr, message)),
        }
    }
}

impl Parse for Given {
    fn parse(input: ParseStream) -> Result<Self> {
        let Ok(name) = input.call(Ident::parse_any) else {
            return Err(input.error("expected the name of an option"));
        };
        let value = if input.peek(token::Paren) {
            let content;
            let paren = parenthesized!(content in input);
            Value::List(paren, content.parse()?)
        } else if input.parse::<Option<Token![=]>>()?.is_none()
            || input.is_empty()
            || input.peek(Token![,])
        {
            Value::Absent
        } else {
            Value::Expr(input.parse()?)
        };
        Ok(Self { name, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Known = Known {
        place: "`#[cook]`",
        options: &[("salt", "salt"), ("heat", "heat = 180"), ("with", "with(butter)")],
        repeatable: &["heat"],
    };

    /// How many options were understood, and the messages.
    fn read(tokens: &str) -> (usize, Vec<String>) {
        let (mut given, mut errors) = (Vec::new(), Errors::default());
        KNOWN.read(tokens.parse().unwrap(), &mut given, &mut errors);
        let messages = match errors.or(()) {
            Ok(()) => Vec::new(),
            Err(error) => error.into_iter().map(|error| error.to_string()).collect(),
        };
        (given.len(), messages)
    }

    #[test]
    fn options_come_in_any_order() {
        assert_eq!(read(""), (0, vec![]));
        assert_eq!(read("with(butter, oil), salt, heat = 20 * 9,"), (3, vec![]));
        assert_eq!(read("heat = 180, heat = 220"), (2, vec![]));
    }

    #[test]
    fn every_mistake_is_told() {
        let (understood, messages) = read("slat, salt, pepper = 2, salt");
        assert_eq!(understood, 1);
        assert_eq!(
            messages,
            [
                "unknown option `slat`: did you mean `salt`? `#[cook]` takes `salt`, `heat = 180`, `with(butter)`",
                "unknown option `pepper`: `#[cook]` takes `salt`, `heat = 180`, `with(butter)`",
                "`salt` is given twice: remove one",
            ]
        );
    }

    #[test]
    fn what_is_no_option_is_told() {
        assert_eq!(read("\"salt\""), (0, vec!["expected the name of an option".to_owned()]));
        assert_eq!(read("salt heat"), (0, vec!["expected `,`".to_owned()]));
    }
}
