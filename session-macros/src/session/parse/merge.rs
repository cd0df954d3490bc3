//! `merge = …`: how two changes to one field are merged.

use syn::Path;

/// The functions of the library's `merge`, by name.
const STRATEGIES: [&str; 5] = ["sum", "union", "append", "max", "min"];

/// How two changes to one field are merged.
pub(crate) enum Merge {
    /// The later change wins: the default.
    Replace,
    /// A function of the library's `merge`.
    Strategy(Path),
    /// The user's function.
    Function(Path),
}

impl From<Path> for Merge {
    fn from(path: Path) -> Self {
        let name = path.get_ident().map(ToString::to_string);
        match name.as_deref() {
            Some("replace") => Self::Replace,
            Some(name) if STRATEGIES.contains(&name) => Self::Strategy(path),
            _ => Self::Function(path),
        }
    }
}
