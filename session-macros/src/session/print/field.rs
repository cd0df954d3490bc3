//! The items that one field of a session type expands to.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Ident, Type};

use crate::root::Root;
use crate::session::model::{Field, Role};
use crate::session::parse::Merge;
use crate::spans::first_and_last_span;

/// The lens: a type that reaches the field in the session type `state`.
pub(super) fn lens(root: Root, field: &Field, state: &Ident) -> TokenStream {
    let Field { ident, ty, cfgs, role, .. } = field;
    let lens = lens_name(field);
    let merge = match role {
        Role::Principal(_) => None,
        Role::Data { merge, .. } => merge_method(root, merge, ty),
    };
    quote! {
        #(#cfgs)*
        struct #lens;

        #(#cfgs)*
        impl #root::state::Lens for #lens {
            type State = #state;
            type Value = #ty;
            fn get(__state: &Self::State) -> &Self::Value {
                &__state.#ident
            }
            fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
                &mut __state.#ident
            }
            #merge
        }
    }
}

/// The lens's method that merges two changes, unless it is the trait's own.
fn merge_method(root: Root, merge: &Merge, ty: &Type) -> Option<TokenStream> {
    let merged = match merge {
        Merge::Replace => return None,
        Merge::Strategy(name) => {
            let (first, _) = first_and_last_span(ty);
            let root = root.located_at(first);
            let function = quote_spanned!(first=> #root::merge::#name::<#ty>);
            quote!(#function(__base, __mine, __theirs))
        }
        Merge::Function(path) => {
            let (_, last) = first_and_last_span(path);
            let arguments = quote_spanned!(last=> (__base, __mine, __theirs));
            quote!(#path #arguments)
        }
    };
    Some(quote! {
        fn merge(__base: &Self::Value, __mine: &Self::Value, __theirs: &Self::Value) -> Self::Value {
            #merged
        }
    })
}

/// The field's entry in the table of fields.
pub(super) fn table_entry(root: Root, field: &Field) -> TokenStream {
    let Field { cfgs, name, aliases, role, .. } = field;
    let lens = lens_name(field);
    let alias = (!aliases.is_empty()).then(|| quote!(.alias(&[#(#aliases),*])));
    let role = match role {
        Role::Principal(_) => Some(quote!(.principal())),
        Role::Data { carry, .. } => carry.then(|| quote!(.carry())),
    };
    quote!(#(#cfgs)* #root::state::Field::of::<#lens>(#name) #alias #role)
}

/// The field's value in `Default::default`.
pub(super) fn default_value(field: &Field) -> TokenStream {
    let Field { ident, ty, cfgs, default, .. } = field;
    let value = if let Some(value) = default {
        value.to_token_stream()
    } else {
        let (first, last) = first_and_last_span(ty);
        let path = quote_spanned!(first=> ::core::default::Default);
        quote_spanned!(last=> <#ty as #path>::default())
    };
    quote!(#(#cfgs)* #ident: #value)
}

/// The lens's name: none that a user has, and none of a parameter of its methods, whatever the field is called.
fn lens_name(field: &Field) -> Ident {
    format_ident!("__session_field_{}", field.ident.unraw(), span = Span::mixed_site())
}
