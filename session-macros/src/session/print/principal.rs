//! The principal of a session type: of the type itself, or of one of its parts.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::root::Root;
use crate::session::model::{Field, State};
use crate::spans::{first_and_last_span, located_at};

/// The items of `SessionState` that say whom a session belongs to.
pub(super) fn principal_items(state: &State) -> TokenStream {
    let root = state.root;
    let parts = state.fields.iter().filter(|field| field.is_part());
    let parts = parts.map(|part| Owner::part(root, part));
    match (state.principal(), parts.reduce(|one, other| one.or(root, other))) {
        (None, None) => no_principal(root),
        (Some(own), None) => Owner::own(root, own).items(root),
        (Some(own), Some(parts)) => Owner::own(root, own).or(root, parts).items(root),
        (None, Some(parts)) => parts.items(root),
    }
}

fn no_principal(root: Root) -> TokenStream {
    quote! {
        type Ownership = #root::state::Nobody;
        type Principal = #root::NoPrincipal;
        fn principal(&self) -> ::core::option::Option<&Self::Principal> {
            ::core::option::Option::None
        }
        fn set_principal(&mut self, __principal: Self::Principal) {
            match __principal {}
        }
    }
}

/// Who may have the principal: its ownership, the expression of the principal, and the statement
/// that sets it to `__principal`.
struct Owner {
    /// Where rustc reports that there is another one.
    place: Span,
    ownership: TokenStream,
    get: TokenStream,
    set: TokenStream,
}

impl Owner {
    /// The session type itself.
    fn own(root: Root, field: &Field) -> Self {
        let Field { ident, ty, .. } = field;
        let option = quote!(<#ty as #root::state::PrincipalField>);
        Self {
            place: first_and_last_span(ty).0,
            ownership: quote!(#root::state::Owned<#option::Principal>),
            get: quote!(#option::principal(&self.#ident)),
            set: quote!(#option::set_principal(&mut self.#ident, __principal)),
        }
    }

    /// A part of it.
    fn part(root: Root, field: &Field) -> Self {
        let Field { ident, ty, .. } = field;
        let part = quote!(<#ty as #root::SessionState>);
        Self {
            place: first_and_last_span(ty).0,
            ownership: quote!(#part::Ownership),
            get: quote!(#part::principal(&self.#ident)),
            set: quote!(#part::set_principal(&mut self.#ident, __principal)),
        }
    }

    /// The one of both that has a principal.
    fn or(self, root: Root, other: Self) -> Self {
        let Self { ownership: one, get: get_one, set: set_one, .. } = self;
        let Self { place, ownership: other, get: get_other, set: set_other } = other;
        let either = quote!(<#one as #root::state::Either<#other>>);
        Self {
            place,
            ownership: quote!(#either::Ownership),
            get: quote!(#either::either(#get_one, #get_other)),
            set: quote!(#either::hand(__principal, |__principal| #set_one, |__principal| #set_other)),
        }
    }

    /// All at one place, so that an error in them is reported once.
    fn items(self, root: Root) -> TokenStream {
        let Self { place, ownership, get, set } = self;
        let items = quote! {
            type Ownership = #ownership;
            type Principal = <Self::Ownership as #root::state::Ownership>::Principal;
            fn principal(&self) -> ::core::option::Option<&Self::Principal> {
                #get
            }
            fn set_principal(&mut self, __principal: Self::Principal) {
                #set
            }
        };
        located_at(place, items)
    }
}
