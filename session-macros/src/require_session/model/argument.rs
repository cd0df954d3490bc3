//! One argument of the function: a session, if it is a reference, or else an extractor.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, Error, FnArg, Ident, Pat, PatType, Result, Type, TypeReference};

use crate::spans::first_and_last_span;

/// An argument that the user takes by reference.
pub(crate) struct Session {
    /// Its name outside of the function.
    name: Ident,
    /// What is referred to: a session type, or `Session` of one.
    ty: Type,
    access: Access,
}

/// What the function may do with the session.
#[derive(Clone, Copy)]
enum Access {
    Read,
    Write,
}

/// An argument that the user takes by value.
pub(crate) struct Extractor {
    /// The conditions under which it is there at all.
    cfgs: Vec<Attribute>,
    /// Its name outside of the function.
    name: Ident,
    ty: Type,
}

/// One argument, in the user's place.
pub(crate) enum Argument {
    Session(Session),
    Extractor(Extractor),
}

impl Argument {
    pub(crate) fn new((position, argument): (usize, &FnArg)) -> Result<Self> {
        let argument = match argument {
            FnArg::Typed(argument) => argument,
            FnArg::Receiver(receiver) => {
                let message = "`#[require_session]` goes on a free function: take `State` where this takes `self`";
                return Err(Error::new_spanned(receiver, message));
            }
        };
        let name = outer_name(argument, position);
        let cfgs: Vec<_> =
            argument.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect();
        let Some(reference) = reference(&argument.ty) else {
            return Ok(Self::Extractor(Extractor { cfgs, name, ty: (*argument.ty).clone() }));
        };
        if let Some(cfg) = cfgs.first() {
            let message = "a session cannot depend on `#[cfg]`: write the function twice";
            return Err(Error::new_spanned(cfg, message));
        }
        // Of other lifetimes the function's generics are told.
        if let Some(lifetime) =
            reference.lifetime.as_ref().filter(|lifetime| lifetime.ident == "static")
        {
            let message = "a session is borrowed for this one call: leave the lifetime out";
            return Err(Error::new_spanned(lifetime, message));
        }
        let access = if reference.mutability.is_some() { Access::Write } else { Access::Read };
        Ok(Self::Session(Session { name, ty: (*reference.elem).clone(), access }))
    }

    /// The argument's name outside of the function.
    pub(crate) fn name(&self) -> &Ident {
        match self {
            Self::Session(session) => &session.name,
            Self::Extractor(extractor) => &extractor.name,
        }
    }

    /// What the inner function is called with.
    pub(crate) fn value(&self) -> TokenStream {
        match self {
            Self::Extractor(Extractor { cfgs, name, .. }) => quote!(#(#cfgs)* #name),
            Self::Session(session) => session.borrow(),
        }
    }
}

// All of it stands at the user's type: what rustc has to say of that, it says there.
impl Session {
    /// The session outside of the function, `required` being what is asked of it.
    pub(crate) fn parameter(&self, required: Option<&TokenStream>) -> TokenStream {
        let Self { name, ty, access } = self;
        let (first, last) = first_and_last_span(ty);
        let mutability = matches!(access, Access::Write).then(|| quote!(mut));
        let required = required.map(|required| quote!(, #required));
        let guard = quote_spanned!(first=> ::session_core::__private::Guard);
        let close = quote_spanned!(last=> >);
        quote!(#mutability #name: #guard<#ty #required #close)
    }

    /// The state that is in the session.
    pub(crate) fn state(&self) -> TokenStream {
        let ty = &self.ty;
        quote!(<#ty as ::session_core::__private::Argument>::State)
    }

    /// The reference that the inner function takes.
    fn borrow(&self) -> TokenStream {
        let Self { name, ty, access } = self;
        let (first, _) = first_and_last_span(ty);
        match access {
            Access::Read => quote_spanned!(first=> ::session_core::__private::Guard::read(&#name)),
            Access::Write => {
                quote_spanned!(first=> ::session_core::__private::Guard::write(&mut #name))
            }
        }
    }

    /// Ends the session with a response.
    pub(crate) fn finish(&self, response: &TokenStream) -> TokenStream {
        let Self { name, ty, .. } = self;
        let (first, _) = first_and_last_span(ty);
        quote_spanned!(first=> ::session_core::__private::Guard::finish(#name, #response).await)
    }
}

impl Extractor {
    pub(crate) fn parameter(&self) -> TokenStream {
        let Self { cfgs, name, ty } = self;
        quote!(#(#cfgs)* #name: #ty)
    }
}

/// The reference that `ty` is, also in the parentheses that a `macro_rules!` puts around it.
fn reference(ty: &Type) -> Option<&TypeReference> {
    match ty {
        Type::Reference(reference) => Some(reference),
        Type::Group(group) => reference(&group.elem),
        Type::Paren(paren) => reference(&paren.elem),
        _ => None,
    }
}

/// The user's name for the argument, so that attributes below ours can speak of it. A `_name` says
/// that nobody will, and clippy would see that we do.
fn outer_name(argument: &PatType, position: usize) -> Ident {
    match &*argument.pat {
        Pat::Ident(pat)
            if pat.subpat.is_none() && pat.by_ref.is_none() && !is_underscored(&pat.ident) =>
        {
            pat.ident.clone()
        }
        _ => format_ident!("__argument_{position}", span = Span::mixed_site()),
    }
}

fn is_underscored(name: &Ident) -> bool {
    name.to_string().starts_with('_')
}
