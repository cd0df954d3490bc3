//! The items that one field of a session type expands to.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Type};

use crate::root::Root;
use crate::session::model::{Field, Role, SEPARATOR};
use crate::session::parse::Merge;
use crate::spans::{first_and_last_span, located_at};

/// The lens: a type that reaches the field in the session type `state`.
pub(super) fn lens(root: Root, field: &Field, state: &Ident) -> TokenStream {
    let Field { ident, ty, lens, cfgs, role, .. } = field;
    let value = variable("__state");
    let merge = match role {
        Role::Principal(_) | Role::Part => None,
        Role::Data { merge, .. } => merge_method(root, merge, ty),
    };
    let comparison = field.is_compared().then(|| comparison_method(root, ty));
    quote! {
        #(#cfgs)*
        struct #lens;

        #(#cfgs)*
        impl #root::state::Lens for #lens {
            type State = #state;
            type Value = #ty;
            fn get(#value: &Self::State) -> &Self::Value {
                &#value.#ident
            }
            fn get_mut(#value: &mut Self::State) -> &mut Self::Value {
                &mut #value.#ident
            }
            #comparison
            #merge
        }
    }
}

/// The lens's method that finds the comparison of two values, by traits: a type's name says nothing.
fn comparison_method(root: Root, ty: &Type) -> TokenStream {
    quote! {
        fn comparison() -> ::core::option::Option<#root::state::same::Comparison<Self::Value>> {
            use #root::state::same::{ByEncoding as _, ByEquality as _, BySelf as _};
            (&&&#root::state::same::Compare::<#ty>::NEW).comparison()
        }
    }
}

/// The lens's method that merges two changes, unless it is the trait's own.
fn merge_method(root: Root, merge: &Merge, ty: &Type) -> Option<TokenStream> {
    let variables = ["__base", "__mine", "__theirs"].map(variable);
    let merged = match merge {
        Merge::Replace => return None,
        Merge::Strategy(name) => {
            let (first, _) = first_and_last_span(ty);
            let root = root.located_at(first);
            let function = quote_spanned!(first=> #root::merge::#name::<#ty>);
            quote!(#function(#(#variables),*))
        }
        Merge::Function(path) => {
            let (_, last) = first_and_last_span(path);
            let arguments = located_at(last, quote!((#(#variables),*)));
            quote!(#path #arguments)
        }
    };
    let [base, mine, theirs] = variables;
    Some(quote! {
        fn merge(#base: &Self::Value, #mine: &Self::Value, #theirs: &Self::Value) -> Self::Value {
            #merged
        }
    })
}

/// The field's entry in the table of fields.
pub(super) fn table_entry(root: Root, field: &Field) -> TokenStream {
    let Field { ty, lens, cfgs, name, aliases, role, ttl, .. } = field;
    // What the type of the field lacks is reported at that.
    let lens = located_at(first_and_last_span(ty).0, lens.to_token_stream());
    let alias = (!aliases.is_empty()).then(|| quote!(.alias(&[#(#aliases),*])));
    let ttl = ttl.map(|seconds| quote!(.ttl(#seconds)));
    let constructor = match role {
        Role::Data { opaque: true, .. } => quote!(opaque),
        Role::Principal(_) | Role::Data { .. } => quote!(of),
        Role::Part => quote!(part),
    };
    let role = match role {
        Role::Principal(_) => Some(quote!(.principal())),
        Role::Data { carry, .. } => carry.then(|| quote!(.carry())),
        Role::Part => None,
    };
    quote!(#(#cfgs)* #root::state::Field::#constructor::<#lens>(#name) #alias #role #ttl)
}

/// The names under which the field is stored, as constants.
pub(super) fn stored_names(root: Root, field: &Field) -> TokenStream {
    let Field { ty, cfgs, name, .. } = field;
    if field.is_part() {
        return quote! {
            #root::state::StoredName::part(#name, <#ty as #root::state::HasFields>::STORED_NAMES)
        };
    }
    let names = field.names().map(|name| quote!(#(#cfgs)* #root::state::StoredName::field(#name)));
    quote!(#(#names),*)
}

/// The checks that the fields of a part are stored under names that are free, and not too long.
pub(super) fn name_checks<'a>(root: Root, part: &'a Field, fields: &'a [Field]) -> TokenStream {
    let Field { ident, ty, name, .. } = part;
    let prefix = format!("{}{SEPARATOR}", name.value());
    let checks = fields.iter().flat_map(|field| field.names().map(move |name| (field, name)));
    let checks = checks.filter_map(|(field, taken)| {
        let Field { ident: other, cfgs, .. } = field;
        let value = taken.value();
        let rest = value.strip_prefix(&prefix)?;
        let message = format!(
            "the field `{other}` is stored as `{value}`, as one of `{ident}` is: use another name"
        );
        let root = root.located_at(taken.span());
        Some(quote_spanned! {taken.span()=>
            #(#cfgs)*
            const _: () = #root::state::StoredName::check_free(
                <#ty as #root::state::HasFields>::STORED_NAMES, #rest, #message
            );
        })
    });
    let message = format!(
        "the fields of `{ident}` are stored under names of more than 255 bytes: shorten `{ident}` with `rename`"
    );
    let root = root.located_at(ident.span());
    let length = quote_spanned! {ident.span()=>
        const _: () = #root::state::StoredName::check_length(
            #name, <#ty as #root::state::HasFields>::STORED_NAMES, #message
        );
    };
    quote!(#(#checks)* #length)
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

/// A variable that is another than all of the user's.
fn variable(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
