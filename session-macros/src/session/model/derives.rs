//! The traits that a session type needs, and which of them `#[session]` derives.

use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Expr, Ident, ItemStruct, Path, Result, Token, token};

use super::state::ON_STRUCT;
use crate::errors::Errors;
use crate::options::RawOption;

/// What a session type needs.
#[derive(Clone, Copy, PartialEq)]
enum Trait {
    Clone,
    PartialEq,
    Default,
    Serialize,
    Deserialize,
}

/// Which of the traits come from where.
pub(crate) struct Derives {
    /// Those that the user derives, and where.
    derived: Vec<(Trait, Span)>,
    /// Those that the user writes, and where.
    manual: Vec<(Trait, Span)>,
    /// `Default` is written out, since a field has a default of its own.
    default_is_written: bool,
    /// The user says where serde is.
    serde_is_named: bool,
}

impl Trait {
    const ALL: [Self; 5] =
        [Self::Clone, Self::PartialEq, Self::Default, Self::Serialize, Self::Deserialize];
    const SERDE: [Self; 2] = [Self::Serialize, Self::Deserialize];

    fn name(self) -> &'static str {
        match self {
            Self::Clone => "Clone",
            Self::PartialEq => "PartialEq",
            Self::Default => "Default",
            Self::Serialize => "Serialize",
            Self::Deserialize => "Deserialize",
        }
    }

    fn named(word: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|known| word == known.name())
    }

    fn path(self) -> TokenStream {
        match self {
            Self::Clone => quote!(::core::clone::Clone),
            Self::PartialEq => quote!(::core::cmp::PartialEq),
            Self::Default => quote!(::core::default::Default),
            Self::Serialize => quote!(::session_core::__private::serde::Serialize),
            Self::Deserialize => quote!(::session_core::__private::serde::Deserialize),
        }
    }
}

impl Derives {
    /// What the user derives: a name is compared, since a derive has nothing else.
    pub(crate) fn of(attrs: &[Attribute]) -> Self {
        let derived = attrs
            .iter()
            .filter(|attr| attr.path().is_ident("derive"))
            .filter_map(|attr| {
                attr.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).ok()
            })
            .flatten()
            .filter_map(|path| {
                let word = &path.segments.last()?.ident;
                Some((Trait::named(word)?, word.span()))
            })
            .collect();
        let serde_is_named =
            attrs.iter().filter(|attr| attr.path().is_ident("serde")).any(names_crate);
        Self { derived, manual: Vec::new(), default_is_written: false, serde_is_named }
    }

    /// Leaves the traits in `manual(…)` to the user.
    pub(crate) fn exclude(&mut self, manual: RawOption, errors: &mut Errors) {
        for word in errors.handle(manual.idents(&ON_STRUCT)).into_iter().flatten() {
            if let Some(known) = Trait::named(&word) {
                self.manual.push((known, word.span()));
            } else {
                let all = Trait::ALL.map(|known| format!("`{}`", known.name())).join(", ");
                let message = format!("`#[session]` does not derive `{word}`: only {all}");
                errors.push(Error::new(word.span(), message));
            }
        }
    }

    /// Writes `Default` out rather than deriving it, unless the user has one.
    pub(crate) fn write_default(&mut self) {
        self.default_is_written = !self.is_theirs(Trait::Default);
    }

    /// The user's own `Default`, where a field's `default` asks for ours.
    pub(crate) fn check_default(&self) -> Result<()> {
        match self.theirs().find(|(known, _)| *known == Trait::Default) {
            None => Ok(()),
            Some((_, span)) => {
                let message = "a field has a `default`, so that `#[session]` writes `Default`: remove this one";
                Err(Error::new(*span, message))
            }
        }
    }

    pub(crate) fn default_is_written(&self) -> bool {
        self.default_is_written
    }

    /// `#[serde(…)]` shapes the serialization of the whole struct, which is not what is stored:
    /// it means something only where the user asked for that serialization.
    pub(crate) fn check_serde(&self, item: &ItemStruct, errors: &mut Errors) {
        if Trait::SERDE.into_iter().any(|known| self.is_theirs(known)) {
            return;
        }
        let fields = item.fields.iter().flat_map(|field| &field.attrs);
        for attr in item.attrs.iter().chain(fields) {
            if attr.path().is_ident("serde") {
                let message = "`#[serde]` does not change how a session is stored: use `#[session(rename = \"…\")]` \
                               and the like, or derive `Serialize` and `Deserialize` to shape your own JSON";
                errors.push(Error::new_spanned(attr, message));
            }
        }
    }

    fn theirs(&self) -> impl Iterator<Item = &(Trait, Span)> {
        self.derived.iter().chain(&self.manual)
    }

    fn is_theirs(&self, wanted: Trait) -> bool {
        self.theirs().any(|(known, _)| *known == wanted)
    }

    fn is_ours(&self, wanted: Trait) -> bool {
        !(self.is_theirs(wanted) || wanted == Trait::Default && self.default_is_written)
    }
}

/// Whether a `#[serde(…)]` has the option `crate = …`.
fn names_crate(serde: &Attribute) -> bool {
    let mut named = false;
    // What is wrong in it, serde says itself.
    let _ = serde.parse_nested_meta(|option| {
        named |= option.path.is_ident("crate");
        if let Ok(value) = option.value() {
            value.parse::<Expr>()?;
        } else if option.input.peek(token::Paren) {
            option.input.parse::<Group>()?;
        }
        Ok(())
    });
    named
}

impl ToTokens for Derives {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ours = |known: &Trait| self.is_ours(*known);
        let paths: Vec<_> = Trait::ALL.into_iter().filter(ours).map(Trait::path).collect();
        if !paths.is_empty() {
            tokens.extend(quote!(#[derive(#(#paths),*)]));
        }
        if Trait::SERDE.iter().any(ours) && !self.serde_is_named {
            tokens.extend(quote!(#[serde(crate = "::session_core::__private::serde")]));
        }
    }
}
