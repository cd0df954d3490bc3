//! One field of a session type.

use syn::ext::IdentExt as _;
use syn::{Attribute, Error, Expr, Ident, LitStr, Type};

use crate::conditions::{conditional, conditions};
use crate::errors::Errors;
use crate::fresh_names::FreshNames;
use crate::self_type::with_self_named;
use crate::session::parse::{FieldOptions, Merge};

/// A field of a session.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// The field's type, in which the session type has its name.
    pub(crate) ty: Type,
    /// The name of the type that reaches the field.
    pub(crate) lens: Ident,
    /// The conditions under which the field is there at all.
    pub(crate) cfgs: Vec<Attribute>,
    /// The name under which it is stored.
    pub(crate) name: LitStr,
    /// Further names under which it is read.
    pub(crate) aliases: Vec<LitStr>,
    /// Its value in a fresh session, unless that is its type's `Default`.
    pub(crate) default: Option<Expr>,
    pub(crate) role: Role,
    /// The seconds after which it has its default again.
    pub(crate) ttl: Option<u64>,
}

/// The part of a field in its session.
pub(crate) enum Role {
    /// It says whom the session belongs to. The option `principal`, as written.
    Principal(Ident),
    /// It is data of the session.
    Data { merge: Merge, carry: bool, opaque: bool },
    /// It is another session type, whose fields are stored as the session's.
    Part,
}

impl Field {
    /// Parses the options of `field` in the struct `state`, and removes them from it.
    pub(super) fn new(
        field: &mut syn::Field,
        state: &Ident,
        names: &FreshNames,
        errors: &mut Errors,
    ) -> Option<Self> {
        let ident = field.ident.clone()?;
        let options = FieldOptions::take(field, state, errors);
        if let Type::Reference(reference) = &field.ty {
            let message = "a session is stored, and is read back as data of its own: use `String` in the place of `&str`, `Vec<_>` in that of `&[_]`";
            errors.push(Error::new_spanned(reference, message));
        }
        check_conditional_options(&field.attrs, errors);
        let cfgs = conditions(&field.attrs);
        options.check(&cfgs, errors);

        let role = match (options.principal, options.flatten) {
            (_, Some(_)) => Role::Part,
            (Some(option), None) => Role::Principal(option),
            (None, None) => Role::Data {
                merge: options.merge.map_or(Merge::Replace, |(_, merge)| merge),
                carry: options.carry.is_some(),
                opaque: options.opaque.is_some(),
            },
        };
        let name = LitStr::new(&ident.unraw().to_string(), ident.span());
        Some(Self {
            ty: errors.handle(with_self_named(&field.ty, state))?,
            lens: names.name(&format!("__session_field_{}", ident.unraw())),
            ident,
            cfgs,
            name: options.rename.unwrap_or(name),
            aliases: options.aliases,
            default: options.default.map(|(_, value)| value),
            role,
            ttl: options.ttl.map(|(_, seconds)| seconds),
        })
    }

    pub(crate) fn is_part(&self) -> bool {
        matches!(self.role, Role::Part)
    }

    /// Whether its type has `PartialEq`, which may be exact.
    pub(crate) fn is_compared(&self) -> bool {
        !matches!(self.role, Role::Part | Role::Data { opaque: true, .. })
    }

    /// All names under which the field may be stored; of a part, what stands before its fields'.
    pub(crate) fn names(&self) -> impl Iterator<Item = &LitStr> {
        std::iter::once(&self.name).chain(&self.aliases)
    }
}

/// Refuses options in a `#[cfg_attr]`: what it adds is not there yet.
fn check_conditional_options(attrs: &[Attribute], errors: &mut Errors) {
    for attr in attrs {
        for meta in conditional(&attr.meta).iter().filter(|meta| meta.path().is_ident("session")) {
            let message = "`#[session]` is expanded before `#[cfg_attr]`, and does not see this: write the field \
                           twice, each with its options below a `#[cfg]`";
            errors.push(Error::new_spanned(meta, message));
        }
    }
}
