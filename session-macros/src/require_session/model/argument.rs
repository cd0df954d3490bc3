//! One argument of the function: a session, if it is a reference, or else an extractor.

use proc_macro2::Span;
use quote::{ToTokens as _, format_ident};
use syn::{Attribute, Error, FnArg, Ident, Pat, PatType, Result, Type, TypeReference};

use super::impl_trait::contains_impl;
use super::references::contains_reference;
use crate::conditions::conditions;

/// A session: an argument that the user takes by reference.
pub(crate) struct SessionArgument {
    /// The argument's name in the handler that axum calls.
    pub(crate) name: Ident,
    /// The type behind the reference: a session type, or `Session` of one.
    pub(crate) ty: Type,
    pub(crate) access: Access,
}

/// The access that the function has to the session.
#[derive(Clone, Copy)]
pub(crate) enum Access {
    Read,
    Write,
}

/// An extractor: an argument that the user takes by value.
pub(crate) struct ExtractorArgument {
    /// The conditions under which it is there at all.
    pub(crate) cfgs: Vec<Attribute>,
    /// The argument's name in the handler that axum calls.
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

/// One argument.
pub(crate) enum Argument {
    Session(SessionArgument),
    Extractor(ExtractorArgument),
}

impl Argument {
    pub(super) fn new((position, argument): (usize, &FnArg)) -> Result<Self> {
        let argument = match argument {
            FnArg::Typed(argument) => argument,
            FnArg::Receiver(receiver) => {
                let message =
                    "axum calls a handler without a `self`: take `State` where this takes `self`";
                return Err(Error::new_spanned(receiver, message));
            }
        };
        let name = outer_name(argument, position);
        let cfgs = conditions(&argument.attrs);
        let Some(reference) = reference(&argument.ty) else {
            if contains_reference(argument.ty.to_token_stream()) {
                let message = "a session is an argument of its own, `shop: &Shop` or `shop: &mut Shop`, and an extractor holds no \
                               reference; a session is there for each request, and a fresh one has its defaults";
                return Err(Error::new_spanned(&argument.ty, message));
            }
            return Ok(Self::Extractor(ExtractorArgument {
                cfgs,
                name,
                ty: (*argument.ty).clone(),
            }));
        };
        if let Some(cfg) = cfgs.first() {
            let message = "a session cannot depend on `#[cfg]`: write the function twice";
            return Err(Error::new_spanned(cfg, message));
        }
        // Any other lifetime is refused among the function's generics.
        if let Some(lifetime) =
            reference.lifetime.as_ref().filter(|lifetime| lifetime.ident == "static")
        {
            let message = "a session is borrowed for this one call: leave the lifetime out";
            return Err(Error::new_spanned(lifetime, message));
        }
        if self::reference(&reference.elem).is_some() {
            let message = "a session is borrowed once: remove one `&`";
            return Err(Error::new_spanned(&argument.ty, message));
        }
        if contains_impl(reference.elem.to_token_stream()) {
            let message = "a session is of one type, and nobody can name this one: declare it, as `<T: SessionState>`";
            return Err(Error::new_spanned(&reference.elem, message));
        }
        let access = if reference.mutability.is_some() { Access::Write } else { Access::Read };
        Ok(Self::Session(SessionArgument { name, ty: (*reference.elem).clone(), access }))
    }

    /// The argument's name in the handler that axum calls.
    pub(crate) fn name(&self) -> &Ident {
        match self {
            Self::Session(session) => &session.name,
            Self::Extractor(extractor) => &extractor.name,
        }
    }
}

/// `ty` as a reference, also inside of the group that a `macro_rules!` puts around it.
fn reference(ty: &Type) -> Option<&TypeReference> {
    match ty {
        Type::Reference(reference) => Some(reference),
        Type::Group(group) => reference(&group.elem),
        Type::Paren(paren) => reference(&paren.elem),
        _ => None,
    }
}

/// The user's name for the argument, so that attributes below ours can use it. A name like `_shop`
/// is replaced: the expansion uses the argument, and clippy would report that.
fn outer_name(argument: &PatType, position: usize) -> Ident {
    match &*argument.pat {
        Pat::Ident(pat)
            if pat.subpat.is_none()
                && pat.by_ref.is_none()
                && !starts_with_underscore(&pat.ident) =>
        {
            pat.ident.clone()
        }
        _ => format_ident!("__argument_{position}", span = Span::mixed_site()),
    }
}

fn starts_with_underscore(name: &Ident) -> bool {
    name.to_string().starts_with('_')
}
