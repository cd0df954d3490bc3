//! The options of `#[session(…)]` on the struct.

use proc_macro2::TokenStream;
use syn::{Ident, LitStr};

use crate::errors::Errors;
use crate::options::{KnownOptions, RawOption};

const STRUCT_OPTIONS: KnownOptions = KnownOptions {
    attribute: "`#[session]` on a struct",
    usages: &[("name", "name = \"…\""), ("alias", "alias = \"…\""), ("manual", "manual(Default)")],
    repeatable: &["alias"],
};

/// The options of a struct.
#[derive(Default)]
pub(crate) struct StructOptions {
    /// The name under which the type's sessions are stored.
    pub(crate) name: Option<LitStr>,
    /// Further names of sessions that are read.
    pub(crate) aliases: Vec<LitStr>,
    /// The traits that the user writes by hand.
    pub(crate) manual: Vec<Ident>,
}

impl StructOptions {
    pub(crate) fn parse(args: TokenStream, errors: &mut Errors) -> Self {
        let mut raw = Vec::new();
        STRUCT_OPTIONS.parse(args, &mut raw, errors);
        let mut options = Self::default();
        for option in raw {
            options.set(option, errors);
        }
        options
    }

    fn set(&mut self, option: RawOption, errors: &mut Errors) {
        match option.name().as_str() {
            "name" => self.name = errors.handle(option.string(&STRUCT_OPTIONS)),
            "alias" => self.aliases.extend(errors.handle(option.string(&STRUCT_OPTIONS))),
            _ => {
                self.manual = errors.handle(option.idents(&STRUCT_OPTIONS)).unwrap_or_default();
            }
        }
    }
}
