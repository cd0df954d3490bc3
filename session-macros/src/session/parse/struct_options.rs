//! The options of `#[session(…)]` on the struct.

use proc_macro2::TokenStream;
use syn::Ident;

use crate::errors::Errors;
use crate::options::KnownOptions;

const STRUCT_OPTIONS: KnownOptions = KnownOptions {
    attribute: "`#[session]` on a struct",
    usages: &[("manual", "manual(Default)")],
    repeatable: &[],
};

/// The options of a struct.
#[derive(Default)]
pub(crate) struct StructOptions {
    /// The traits that the user writes by hand.
    pub(crate) manual: Vec<Ident>,
}

impl StructOptions {
    pub(crate) fn parse(args: TokenStream, errors: &mut Errors) -> Self {
        let mut raw = Vec::new();
        STRUCT_OPTIONS.parse(args, &mut raw, errors);
        let mut options = Self::default();
        // The one option is `manual`.
        for option in raw {
            options
                .manual
                .extend(errors.handle(option.idents(&STRUCT_OPTIONS)).unwrap_or_default());
        }
        options
    }
}
