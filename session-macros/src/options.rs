//! The options in an attribute's parentheses: `name`, `name = value`, `name(item, item)`.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, Lit, LitStr, Path, Result, Token, Type, parenthesized, token};

use crate::errors::Errors;
use crate::suggestion::suggest;

/// The options that an attribute takes at one place.
pub(crate) struct KnownOptions {
    /// The attribute and its place: "`#[session]` on a field".
    pub(crate) attribute: &'static str,
    /// Each option's name and its usage: `("fresh", "fresh = \"10m\"")`.
    pub(crate) usages: &'static [(&'static str, &'static str)],
    /// The names of the options that may be given more than once.
    pub(crate) repeatable: &'static [&'static str],
}

impl KnownOptions {
    /// Parses `tokens` and adds the options in them to `options`.
    pub(crate) fn parse(
        &self,
        tokens: TokenStream,
        options: &mut Vec<RawOption>,
        errors: &mut Errors,
    ) {
        let parser = Punctuated::<RawOption, Token![,]>::parse_terminated;
        for option in errors.handle(parser.parse2(tokens)).into_iter().flatten() {
            let name = option.name();
            if self.usage(&name).is_none() {
                errors.push(self.unknown(&option.ident));
            } else if options.iter().any(|earlier| earlier.ident == option.ident)
                && !self.repeatable.contains(&name.as_str())
            {
                let message = format!("`{name}` is given twice: remove one");
                errors.push(Error::new(option.ident.span(), message));
            } else {
                options.push(option);
            }
        }
    }

    /// The usages of all options, for a message.
    pub(crate) fn usages(&self) -> String {
        let usages: Vec<_> = self.usages.iter().map(|(_, usage)| format!("`{usage}`")).collect();
        usages.join(", ")
    }

    /// The usage of the option `name`.
    fn usage(&self, name: &str) -> Option<&'static str> {
        self.usages.iter().find(|(known, _)| *known == name).map(|(_, usage)| *usage)
    }

    fn unknown(&self, ident: &Ident) -> Error {
        let name = ident.unraw().to_string();
        let suggestion = match suggest(&name, self.usages.iter().map(|(known, _)| *known)) {
            Some(known) => format!("did you mean `{known}`? "),
            None => String::new(),
        };
        let (attribute, usages) = (self.attribute, self.usages());
        let message = format!("unknown option `{name}`: {suggestion}{attribute} takes {usages}");
        Error::new(ident.span(), message)
    }
}

/// One option as the user wrote it: its value is not read yet.
pub(crate) struct RawOption {
    pub(crate) ident: Ident,
    value: Value,
}

enum Value {
    Absent,
    Expr(Expr),
    /// What is no expression: `Arc<App>`.
    Type(Type),
    List(token::Paren, TokenStream),
}

impl RawOption {
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// An option without a value.
    pub(crate) fn flag(&self) -> Result<()> {
        let name = self.name();
        let message = format!("`{name}` takes no value: write `{name}` alone");
        match &self.value {
            Value::Absent => Ok(()),
            Value::Expr(expr) => Err(Error::new_spanned(expr, message)),
            Value::Type(ty) => Err(Error::new_spanned(ty, message)),
            Value::List(paren, _) => Err(Error::new(paren.span.join(), message)),
        }
    }

    /// An option with any expression.
    pub(crate) fn expr(self, known: &KnownOptions) -> Result<Expr> {
        let name = self.name();
        let usage = known.usage(&name).unwrap_or_default();
        let message = format!("`{name}` needs a value: write `{usage}`");
        match self.value {
            Value::Expr(expr) => Ok(expr),
            Value::Absent => Err(Error::new(self.ident.span(), message)),
            Value::Type(ty) => Err(Error::new_spanned(ty, message)),
            Value::List(paren, _) => Err(Error::new(paren.span.join(), message)),
        }
    }

    /// An option with a string.
    pub(crate) fn string(self, known: &KnownOptions) -> Result<LitStr> {
        let name = self.name();
        match self.expr(known)? {
            Expr::Lit(expr) if matches!(expr.lit, Lit::Str(_)) => match expr.lit {
                Lit::Str(string) => Ok(string),
                other => Err(Error::new_spanned(other, "expected a string")),
            },
            other => Err(Error::new_spanned(
                other,
                format!("`{name}` takes a string: write `{name} = \"…\"`"),
            )),
        }
    }

    /// An option with a path; `expected` describes it in the message for anything else.
    pub(crate) fn path(self, known: &KnownOptions, expected: &str) -> Result<Path> {
        let name = self.name();
        match self.expr(known)? {
            Expr::Path(expr) if expr.qself.is_none() && expr.attrs.is_empty() => Ok(expr.path),
            other => Err(Error::new_spanned(other, format!("`{name}` takes {expected}"))),
        }
    }

    /// An option with a type that a path names; `expected` describes it in the message for anything
    /// else.
    pub(crate) fn ty(self, known: &KnownOptions, expected: &str) -> Result<Type> {
        let name = self.name();
        if let Value::Type(ty) = self.value {
            return Ok(ty);
        }
        let expr = self.expr(known)?.into_token_stream();
        let message = format!("`{name}` takes {expected}");
        syn::parse2(expr.clone()).map_err(|_| Error::new_spanned(expr, message))
    }

    /// An option with a list of names in parentheses.
    pub(crate) fn idents(self, known: &KnownOptions) -> Result<Vec<Ident>> {
        let name = self.name();
        let usage = known.usage(&name).unwrap_or_default();
        let message = format!("`{name}` takes a list: write `{usage}`");
        match self.value {
            Value::List(paren, list) => {
                match Punctuated::<Ident, Token![,]>::parse_terminated.parse2(list) {
                    Ok(idents) if !idents.is_empty() => Ok(idents.into_iter().collect()),
                    _ => Err(Error::new(paren.span.join(), message)),
                }
            }
            Value::Absent => Err(Error::new(self.ident.span(), message)),
            Value::Expr(expr) => Err(Error::new_spanned(expr, message)),
            Value::Type(ty) => Err(Error::new_spanned(ty, message)),
        }
    }
}

impl Parse for RawOption {
    fn parse(input: ParseStream) -> Result<Self> {
        let Ok(ident) = input.call(Ident::parse_any) else {
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
            value(input)?
        };
        Ok(Self { ident, value })
    }
}

/// What stands behind the `=`, up to the next option.
fn value(input: ParseStream) -> Result<Value> {
    let ahead = input.fork();
    match ahead.parse() {
        Ok(expr) if ahead.is_empty() || ahead.peek(Token![,]) => {
            input.advance_to(&ahead);
            Ok(Value::Expr(ungrouped(expr)))
        }
        _ if is_type(input) => Ok(Value::Type(input.parse()?)),
        _ => Ok(Value::Expr(ungrouped(input.parse()?))),
    }
}

fn is_type(input: ParseStream) -> bool {
    let ahead = input.fork();
    ahead.parse::<Type>().is_ok() && (ahead.is_empty() || ahead.peek(Token![,]))
}

/// The expression without the invisible groups that a `macro_rules!` puts around its fragments.
fn ungrouped(mut expr: Expr) -> Expr {
    while let Expr::Group(group) = expr {
        expr = *group.expr;
    }
    expr
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: KnownOptions = KnownOptions {
        attribute: "`#[cook]`",
        usages: &[("salt", "salt"), ("heat", "heat = 180"), ("with", "with(butter)")],
        repeatable: &["heat"],
    };

    /// The number of options that were accepted, and the messages for the others.
    fn parse(tokens: &str) -> (usize, Vec<String>) {
        let (mut options, mut errors) = (Vec::new(), Errors::default());
        KNOWN.parse(tokens.parse().unwrap(), &mut options, &mut errors);
        let messages = match errors.finish_with(()) {
            Ok(()) => Vec::new(),
            Err(error) => error.into_iter().map(|error| error.to_string()).collect(),
        };
        (options.len(), messages)
    }

    #[test]
    fn options_come_in_any_order() {
        assert_eq!(parse(""), (0, vec![]));
        assert_eq!(parse("with(butter, oil), salt, heat = 20 * 9,"), (3, vec![]));
        assert_eq!(parse("heat = 180, heat = 220"), (2, vec![]));
    }

    #[test]
    fn every_mistake_is_reported() {
        let (accepted, messages) = parse("slat, salt, pepper = 2, salt");
        assert_eq!(accepted, 1);
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
    fn a_token_that_is_no_option_is_an_error() {
        assert_eq!(parse("\"salt\""), (0, vec!["expected the name of an option".to_owned()]));
        assert_eq!(parse("salt heat"), (0, vec!["expected `,`".to_owned()]));
    }
}
