//! The checks of a handler's arguments that need their types: the compiler evaluates them, so that no
//! alias hides a type.
//!
//! Each is a constant of the library, `CHECK`: one of the type itself if the arguments do not go together,
//! and otherwise the one of a trait for all types, which the first one hides. `assert` panics at its
//! caller: the tokens printed here, which have the span of the user's type.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::Type;

use crate::require_session::model::{
    Access, Argument, ExtractorArgument, Handler, SessionArgument, contains_impl,
};
use crate::spans::first_and_last_span;

/// The checks of each session, as a constant without a name. Those that depend on the handler's generics are made
/// where it is used.
pub(super) fn checks(handler: &Handler) -> TokenStream {
    let sessions: Vec<_> = handler.sessions().collect();
    let checks = sessions.iter().enumerate().map(|(index, session)| {
        let pairs = sessions[..index].iter().map(|earlier| distinct(earlier, session));
        let lending = handler.arguments.iter().filter_map(|argument| can_lend(session, argument));
        let (generic, concrete): (Vec<_>, Vec<_>) =
            pairs.chain(lending).partition(|check| handler.generics.are_in(check.clone()));
        let concrete = block(&concrete).map(|block| quote!(const _: () = #block;));
        let generic = block(&generic).map(|block| quote!(const #block));
        quote!(#concrete #generic)
    });
    let order = order(handler);
    quote!(#(#checks)* #order)
}

/// The checks that no extractor but the last one reads the body.
fn order(handler: &Handler) -> Option<TokenStream> {
    let extractors: Vec<_> = handler.arguments.iter().filter_map(extractor_argument).collect();
    let is_known = |extractor: &&ExtractorArgument| {
        let ty = extractor.ty.to_token_stream();
        extractor.cfgs.is_empty() && !contains_impl(ty.clone()) && !handler.generics.are_in(ty)
    };
    let pairs = extractors.windows(2).filter(|pair| pair.iter().all(is_known));
    let checks: Vec<_> = pairs.map(|pair| takes_no_body(&pair[0].ty, &pair[1].ty)).collect();
    (!checks.is_empty()).then(|| {
        quote! {
            const _: () = {
                #[allow(unused_imports)]
                use ::session_axum::guard::Unknown as _;
                #(#checks)*
            };
        }
    })
}

fn extractor_argument(argument: &Argument) -> Option<&ExtractorArgument> {
    match argument {
        Argument::Extractor(extractor) => Some(extractor),
        Argument::Session(_) => None,
    }
}

/// The check that an extractor leaves the body to those that follow it.
fn takes_no_body(ty: &Type, next: &Type) -> TokenStream {
    let (first, last) = first_and_last_span(ty);
    let extractor = quote_spanned!(first=> ::session_axum::guard::Extractor);
    let check = quote_spanned!(first=> ::session_axum::guard::takes_no_body);
    let assert = quote_spanned!(last=> .assert());
    quote! {
        #check(
            #extractor::<#ty>::FROM_BODY,
            #extractor::<#ty>::FROM_HEAD,
            #extractor::<#next>::IS_NEXT,
        )#assert;
    }
}

/// The block of `checks`, if there are any.
fn block(checks: &[TokenStream]) -> Option<TokenStream> {
    // The traits are not used where a check fails.
    (!checks.is_empty()).then(|| {
        quote! {
            {
                #[allow(unused_imports)]
                use ::session_axum::guard::{CanLend as _, Distinct as _};
                #(#checks)*
            }
        }
    })
}

/// The check that `earlier` is another session. The types are those behind the references, not the states in
/// them: an error in one is reported once, at the guard.
fn distinct(earlier: &SessionArgument, session: &SessionArgument) -> TokenStream {
    let (first, last) = first_and_last_span(&session.ty);
    let (earlier, later) = (&earlier.ty, &session.ty);
    let pair = quote_spanned!(first=> ::session_axum::guard::Pair::<#earlier, #later>);
    let check = quote_spanned!(last=> ::CHECK.assert());
    quote!(#pair #check;)
}

/// The check that an extractor runs no other handlers while this one borrows the state of the session.
fn can_lend(session: &SessionArgument, argument: &Argument) -> Option<TokenStream> {
    let Argument::Extractor(ExtractorArgument { cfgs, ty: extractor, .. }) = argument else {
        return None;
    };
    if matches!(session.access, Access::Read) || contains_impl(extractor.to_token_stream()) {
        return None;
    }
    let ty = &session.ty;
    let (first, last) = first_and_last_span(ty);
    let lending = quote_spanned!(first=> ::session_axum::guard::Lending::<#ty, #extractor>);
    let check = quote_spanned!(last=> ::CHECK.assert());
    Some(quote!(#(#cfgs)* #lending #check;))
}
