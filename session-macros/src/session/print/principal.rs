//! The principal of a session type: of the type itself, or of one of its parts.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;

use crate::root::Root;
use crate::session::model::{Field, State};
use crate::spans::{first_and_last_span, located_at};

/// The items of `SessionState` that say whom a session belongs to.
pub(super) fn principal_items(state: &State) -> TokenStream {
    let root = state.root;
    let own = state.principal();
    let mut parts = state.fields.iter().filter(|field| field.is_part());
    let owner = match (own, parts.next()) {
        (None, None) => return no_principal(root),
        (Some(own), None) => return own_principal(root, own),
        (Some(own), Some(part)) => Owner::own(root, own).or(root, part),
        (None, Some(part)) => Owner::part(root, part),
    };
    let Owner { ownership, get, set } = parts.fold(owner, |owner, part| owner.or(root, part));
    quote! {
        type Ownership = #ownership;
        type Principal = <Self::Ownership as #root::state::Ownership>::Principal;
        fn principal(&self) -> ::core::option::Option<&Self::Principal> {
            #get
        }
        fn set_principal(&mut self, __principal: Self::Principal) {
            #set
        }
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

fn own_principal(root: Root, field: &Field) -> TokenStream {
    let Field { ident, ty, .. } = field;
    // Everything has the span of the field's type, so that rustc reports an error in it once.
    let (first, last) = first_and_last_span(ty);
    let located = root.located_at(first);
    let field = quote_spanned!(first=> <#ty as #located::state::PrincipalField>);
    let principal = quote_spanned!(last=> ::Principal);
    let head = quote_spanned!(first=> fn principal(&self) -> ::core::option::Option);
    let returned = quote_spanned!(last=> <&Self::Principal>);
    let body = quote_spanned!(first=> { #field::principal(&self.#ident) });
    quote! {
        type Ownership = #root::state::Owned<Self::Principal>;
        type Principal = #field #principal;
        #head #returned #body
        fn set_principal(&mut self, __principal: Self::Principal) {
            self.#ident = ::core::option::Option::Some(__principal);
        }
    }
}

/// Who may have the principal: its ownership, the expression of the principal, and the statement
/// that sets it to `__principal`.
struct Owner {
    ownership: TokenStream,
    get: TokenStream,
    set: TokenStream,
}

impl Owner {
    /// The session type itself.
    fn own(root: Root, field: &Field) -> Self {
        let Field { ident, ty, .. } = field;
        let field = quote!(<#ty as #root::state::PrincipalField>);
        Self {
            ownership: quote!(#root::state::Owned<#field::Principal>),
            get: quote!(#field::principal(&self.#ident)),
            set: quote!(#field::set_principal(&mut self.#ident, __principal)),
        }
    }

    /// A part of it.
    fn part(root: Root, field: &Field) -> Self {
        let Field { ident, ty, .. } = field;
        let part = quote!(<#ty as #root::SessionState>);
        Self {
            ownership: quote!(#part::Ownership),
            get: quote!(#part::principal(&self.#ident)),
            set: quote!(#part::set_principal(&mut self.#ident, __principal)),
        }
        .located_at(ty)
    }

    /// This one, or another part. Two that have one are refused at the second.
    fn or(self, root: Root, part: &Field) -> Self {
        let Self { ownership: one, get: get_one, set: set_one } = self;
        let Self { ownership: other, get: get_other, set: set_other } = Self::part(root, part);
        let either = quote!(<#one as #root::state::Either<#other>>);
        Self {
            ownership: quote!(#either::Ownership),
            get: quote!(#either::either(#get_one, #get_other)),
            set: quote!(#either::hand(__principal, |__principal| #set_one, |__principal| #set_other)),
        }
        .located_at(&part.ty)
    }

    /// What the type of the part lacks is reported at that.
    fn located_at(self, part: &Type) -> Self {
        let Self { ownership, get, set } = self;
        let (place, _) = first_and_last_span(part);
        Self {
            ownership: located_at(place, ownership),
            get: located_at(place, get),
            set: located_at(place, set),
        }
    }
}
