//! The `#[derive(…)]` that `#[session]` adds to the struct.

use proc_macro2::TokenStream;
use quote::quote;

use crate::root::Root;
use crate::session::model::{Derives, RequiredTrait};

/// The attributes that derive what the user does not provide.
pub(super) fn derive_attributes(derives: &Derives, root: Root) -> TokenStream {
    let macros: Vec<_> = derives.derived().map(|required| derive_macro(required, root)).collect();
    let attribute = (!macros.is_empty()).then(|| quote!(#[derive(#(#macros),*)]));
    let serde = root.serde();
    let serde = derives.needs_serde_crate().then(|| quote!(#[serde(crate = #serde)]));
    quote!(#attribute #serde)
}

/// The path of the macro that derives a trait.
fn derive_macro(required: RequiredTrait, root: Root) -> TokenStream {
    match required {
        RequiredTrait::Clone => quote!(::core::clone::Clone),
        RequiredTrait::PartialEq => quote!(::core::cmp::PartialEq),
        RequiredTrait::Default => quote!(::core::default::Default),
        RequiredTrait::Serialize => quote!(#root::__private::serde::Serialize),
        RequiredTrait::Deserialize => quote!(#root::__private::serde::Deserialize),
    }
}
