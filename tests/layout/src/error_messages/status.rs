//! The status that each error is answered with: the `match` of its method `status`.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::{Arm, Expr, ImplItem, Item, Pat, Stmt};

use crate::source::SourceFile;

/// The status of each variant of this type.
pub(super) fn statuses(file: &SourceFile, name: &str) -> BTreeMap<String, u16> {
    let functions = file.items.iter().filter_map(|item| match item {
        Item::Impl(item) if item.trait_.is_none() && is_of(item, name) => Some(&item.items),
        _ => None,
    });
    let mut statuses = BTreeMap::new();
    for function in functions.flatten() {
        let ImplItem::Fn(function) = function else { continue };
        if function.sig.ident != "status" {
            continue;
        }
        let [Stmt::Expr(Expr::Match(choice), _)] = &*function.block.stmts else { continue };
        for arm in &choice.arms {
            let Some(status) = status(arm) else { continue };
            let mut names = Vec::new();
            variants(&arm.pat, &mut names);
            statuses.extend(names.into_iter().map(|name| (name, status)));
        }
    }
    statuses
}

fn is_of(item: &syn::ItemImpl, name: &str) -> bool {
    item.self_ty.to_token_stream().to_string() == name
}

fn status(arm: &Arm) -> Option<u16> {
    let body = arm.body.to_token_stream().to_string();
    let codes = [
        ("BAD_REQUEST", 400),
        ("UNAUTHORIZED", 401),
        ("FORBIDDEN", 403),
        ("REQUEST_HEADER_FIELDS_TOO_LARGE", 431),
        ("INTERNAL_SERVER_ERROR", 500),
        ("SERVICE_UNAVAILABLE", 503),
    ];
    codes.iter().find(|(name, _)| body.contains(name)).map(|(_, code)| *code)
}

fn variants(pattern: &Pat, names: &mut Vec<String>) {
    let path = match pattern {
        Pat::Or(either) => {
            return either.cases.iter().for_each(|case| variants(case, names));
        }
        Pat::Path(pattern) => &pattern.path,
        Pat::Struct(pattern) => &pattern.path,
        Pat::TupleStruct(pattern) => &pattern.path,
        _ => return,
    };
    names.extend(path.segments.last().map(|last| last.ident.to_string()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_that_of_the_arm() {
        let source = "impl Error { fn status(&self) -> StatusCode { match self {
            Self::Import(_) if a => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Ended | Self::Import(_) => StatusCode::UNAUTHORIZED,
            Self::Large { .. } => { StatusCode::FORBIDDEN }
            Self::Failed(error) => error.status(),
        } } }";
        let file = SourceFile::parse("a.rs".to_owned(), Vec::new(), source.to_owned());
        let statuses: Vec<_> = statuses(&file, "Error").into_iter().collect();
        let expected = [("Ended", 401), ("Import", 401), ("Large", 403)];
        assert_eq!(statuses, expected.map(|(name, status)| (name.to_owned(), status)));
    }
}
