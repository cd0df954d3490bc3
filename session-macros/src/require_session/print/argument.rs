//! The arguments of the handler that axum calls, and of the call of the user's function in it.
//!
//! What is printed for a session has the span of the user's type, so that rustc reports an error
//! there.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;

use crate::require_session::model::{Access, Argument, ExtractorArgument, SessionArgument};
use crate::spans::first_and_last_span;

/// The guard that the handler takes in the place of a session.
pub(super) fn guard_parameter(
    session: &SessionArgument,
    requirements: Option<&TokenStream>,
) -> TokenStream {
    let SessionArgument { name, ty, access } = session;
    let (first, last) = first_and_last_span(ty);
    let access = match access {
        Access::Read => quote_spanned!(first=> ::session_axum::guard::Reads),
        Access::Write => quote_spanned!(first=> ::session_axum::guard::Writes),
    };
    let requirements = requirements.map(|requirements| quote!(, #requirements));
    let guard = quote_spanned!(first=> ::session_axum::guard::Guard);
    let close = quote_spanned!(last=> >);
    quote!(mut #name: #guard<#ty, #access #requirements #close)
}

/// The extractor that the handler takes as the user wrote it.
pub(super) fn extractor_parameter(extractor: &ExtractorArgument) -> TokenStream {
    let ExtractorArgument { cfgs, name, ty } = extractor;
    quote!(#(#cfgs)* #name: #ty)
}

/// The argument in the call of the user's function.
pub(super) fn call_argument(argument: &Argument) -> TokenStream {
    match argument {
        Argument::Extractor(ExtractorArgument { cfgs, name, .. }) => quote!(#(#cfgs)* #name),
        Argument::Session(session) => borrow(session),
    }
}

/// The reference to the session that is in a guard. Also the shared one is taken through `&mut`: with
/// it, the function's body begins.
fn borrow(session: &SessionArgument) -> TokenStream {
    let SessionArgument { name, ty, access } = session;
    let (first, _) = first_and_last_span(ty);
    match access {
        Access::Read => quote_spanned!(first=> ::session_axum::guard::Guard::read(&mut #name)),
        Access::Write => quote_spanned!(first=> ::session_axum::guard::Guard::write(&mut #name)),
    }
}

/// The end of a session: the guard hands what was made of it to the commit.
pub(super) fn end(session: &SessionArgument, commit: &Ident) -> TokenStream {
    let SessionArgument { name, ty, .. } = session;
    let (first, _) = first_and_last_span(ty);
    quote_spanned!(first=> ::session_axum::guard::Guard::end(#name, &mut #commit);)
}

/// The type of the state in a session.
pub(super) fn state_type(session: &SessionArgument) -> TokenStream {
    let ty = &session.ty;
    quote!(<#ty as ::session_axum::guard::Argument>::State)
}
