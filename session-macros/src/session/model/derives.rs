//! The traits that a session type needs: those that the user provides and those that `#[session]`
//! derives.

use proc_macro2::{Group, Span};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Expr, Ident, ItemStruct, Path, Result, Token, token};

use crate::conditions::conditional;
use crate::errors::Errors;

/// A trait that a session type needs.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum RequiredTrait {
    Clone,
    PartialEq,
    Default,
    Serialize,
    Deserialize,
}

impl RequiredTrait {
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

    fn from_ident(ident: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|required| ident == required.name())
    }
}

/// Who provides each of the required traits.
pub(crate) struct Derives {
    /// The traits that the user derives or writes by hand, and where it says so.
    provided: Vec<(RequiredTrait, Span)>,
    /// The type has no `PartialEq`, because a field has none.
    omits_partial_eq: bool,
    /// `#[session]` writes an `impl Default`, because a field has a default of its own.
    writes_default: bool,
    /// The user has a `#[serde(crate = …)]`.
    names_serde_crate: bool,
}

impl Derives {
    /// The traits in the `#[derive(…)]` of a struct and in `manual(…)`. A derived trait is known by
    /// its name alone: a macro cannot resolve a path.
    pub(crate) fn new(attrs: &[Attribute], manual: Vec<Ident>, errors: &mut Errors) -> Self {
        let mut provided: Vec<_> = attrs
            .iter()
            .filter(|attr| attr.path().is_ident("derive"))
            .filter_map(|attr| {
                attr.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).ok()
            })
            .flatten()
            .filter_map(|path| {
                let ident = &path.segments.last()?.ident;
                Some((RequiredTrait::from_ident(ident)?, ident.span()))
            })
            .collect();
        for ident in manual {
            if let Some(required) = RequiredTrait::from_ident(&ident) {
                provided.push((required, ident.span()));
            } else {
                let all = RequiredTrait::ALL.map(|required| format!("`{}`", required.name()));
                let all = all.join(", ");
                let message = format!("`#[session]` does not derive `{ident}`: only {all}");
                errors.push(Error::new(ident.span(), message));
            }
        }
        let names_serde_crate =
            attrs.iter().filter(|attr| attr.path().is_ident("serde")).any(names_crate);
        Self { provided, omits_partial_eq: false, writes_default: false, names_serde_crate }
    }

    /// Makes `#[session]` write an `impl Default` and not derive it, unless the user provides one.
    pub(crate) fn write_default(&mut self) {
        self.writes_default = !self.is_provided(RequiredTrait::Default);
    }

    /// Makes `#[session]` derive no `PartialEq`: nothing needs it but the user.
    pub(crate) fn omit_partial_eq(&mut self) {
        self.omits_partial_eq = true;
    }

    pub(crate) fn writes_default(&self) -> bool {
        self.writes_default
    }

    /// The traits that `#[session]` derives.
    pub(crate) fn derived(&self) -> impl Iterator<Item = RequiredTrait> {
        RequiredTrait::ALL.into_iter().filter(|required| self.is_derived(*required))
    }

    /// Whether the derived serde traits have to be told where serde is.
    pub(crate) fn needs_serde_crate(&self) -> bool {
        let derives_serde = RequiredTrait::SERDE.into_iter().any(|serde| self.is_derived(serde));
        derives_serde && !self.names_serde_crate
    }

    /// Refuses the user's own `Default` where a field's `default` needs ours.
    pub(super) fn check_default(&self) -> Result<()> {
        match self.provided.iter().find(|(provided, _)| *provided == RequiredTrait::Default) {
            None => Ok(()),
            Some((_, span)) => {
                let message = "a field has a `default`, so that `#[session]` writes `Default`: remove this one";
                Err(Error::new(*span, message))
            }
        }
    }

    /// Refuses `#[serde(…)]` unless the user derives a trait of serde: it changes the serialization
    /// of the whole struct, and a session is stored field by field.
    pub(super) fn check_serde(&self, item: &ItemStruct, errors: &mut Errors) {
        if RequiredTrait::SERDE.into_iter().any(|serde| self.is_provided(serde)) {
            return;
        }
        let fields = item.fields.iter().flat_map(|field| &field.attrs);
        for attr in item.attrs.iter().chain(fields) {
            let added = conditional(&attr.meta);
            for meta in
                added.iter().chain([&attr.meta]).filter(|meta| meta.path().is_ident("serde"))
            {
                let message = "`#[serde]` does not change how a session is stored: use `#[session(rename = \"…\")]` \
                               and the like, or derive `Serialize` and `Deserialize` to shape your own JSON";
                let mistake: &dyn ToTokens = if added.is_empty() { attr } else { meta };
                errors.push(Error::new_spanned(mistake, message));
            }
        }
    }

    fn is_provided(&self, required: RequiredTrait) -> bool {
        self.provided.iter().any(|(provided, _)| *provided == required)
    }

    fn is_derived(&self, required: RequiredTrait) -> bool {
        let is_omitted = match required {
            RequiredTrait::Default => self.writes_default,
            RequiredTrait::PartialEq => self.omits_partial_eq,
            _ => false,
        };
        !is_omitted && !self.is_provided(required)
    }
}

/// Whether a `#[serde(…)]` has the option `crate = …`.
fn names_crate(serde: &Attribute) -> bool {
    let mut named = false;
    // serde reports what is wrong in its own attribute.
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
