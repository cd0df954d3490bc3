//! The conditions on fields and arguments, `#[cfg]` and `#[cfg_attr]`: rustc has applied those on an item, but none in
//! it, when the item's attribute is expanded.

use quote::ToTokens as _;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, MetaList, Result, Token};

/// The attributes that decide whether what they stand on is there at all, for everything else that is printed
/// for it: each `cfg`, and each `cfg_attr` with a `cfg` in it, without what else it adds.
pub(crate) fn conditions(attrs: &[Attribute]) -> Vec<Attribute> {
    let condition = |attr: &Attribute| {
        let meta = condition(&attr.meta)?;
        Some(Attribute { meta, ..attr.clone() })
    };
    attrs.iter().filter_map(condition).collect()
}

fn condition(meta: &Meta) -> Option<Meta> {
    if meta.path().is_ident("cfg") {
        return Some(meta.clone());
    }
    let (list, predicate, added) = cfg_attr(meta)?;
    let added: Vec<_> = added.iter().filter_map(condition).collect();
    (!added.is_empty()).then(|| {
        let tokens = quote::quote!(#predicate, #(#added),*);
        Meta::List(MetaList { tokens, ..list.clone() })
    })
}

/// What an attribute adds under a condition: what stands in a `cfg_attr`, also in one that stands in another.
pub(crate) fn conditional(attribute: &Meta) -> Vec<Meta> {
    fn collect(meta: &Meta, found: &mut Vec<Meta>) {
        for added in cfg_attr(meta).into_iter().flat_map(|(.., added)| added) {
            collect(&added, found);
            found.push(added);
        }
    }
    let mut found = Vec::new();
    collect(attribute, &mut found);
    found
}

/// The predicate of a `cfg_attr`, and the attributes that it adds. rustc reports what is wrong in one.
fn cfg_attr(meta: &Meta) -> Option<(&MetaList, proc_macro2::TokenStream, Vec<Meta>)> {
    let Meta::List(list) = meta else { return None };
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let parser = |input: ParseStream| -> Result<_> {
        let mut predicate = proc_macro2::TokenStream::new();
        while !input.peek(Token![,]) {
            input.parse::<proc_macro2::TokenTree>()?.to_tokens(&mut predicate);
        }
        input.parse::<Token![,]>()?;
        let added = Punctuated::<Meta, Token![,]>::parse_terminated(input)?;
        Ok((predicate, added.into_iter().collect()))
    };
    let (predicate, added) = parser.parse2(list.tokens.clone()).ok()?;
    Some((list, predicate, added))
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::parse_quote;

    use super::*;

    fn printed(attrs: &[Attribute]) -> Vec<String> {
        conditions(attrs).iter().map(|attr| attr.to_token_stream().to_string()).collect()
    }

    #[test]
    fn a_condition_is_kept_without_what_else_is_added() {
        let attr: Attribute =
            parse_quote!(#[cfg_attr(a, cfg(b), allow(c), cfg_attr(d = "e", doc = "f", cfg(g)))]);
        let kept = quote!(#[cfg_attr(a, cfg(b), cfg_attr(d = "e", cfg(g)))]);
        assert_eq!(printed(&[attr]), [kept.to_string()]);
    }

    #[test]
    fn what_is_no_condition_is_left_out() {
        let attrs: [Attribute; 3] = [
            parse_quote!(#[doc = "a"]),
            parse_quote!(#[cfg_attr(a, allow(b))]),
            parse_quote!(#[cfg(all(a, not(b)))]),
        ];
        assert_eq!(printed(&attrs), [quote!(#[cfg(all(a, not(b)))]).to_string()]);
    }

    #[test]
    fn everything_in_a_cfg_attr_is_found() {
        let attr: Attribute =
            parse_quote!(#[cfg_attr(true, session(carry), cfg_attr(a, derive(B)))]);
        let found: Vec<_> =
            conditional(&attr.meta).iter().map(|meta| meta.to_token_stream().to_string()).collect();
        assert_eq!(found, ["session (carry)", "derive (B)", "cfg_attr (a , derive (B))"]);
        assert!(conditional(&parse_quote!(session(carry))).is_empty());
    }
}
