//! What a struct with `#[session]` may look like.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use session_axum::{NoPrincipal, SessionState, WithPrincipal, session};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct UserId(u64);

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
enum Theme {
    #[default]
    Light,
    Dark,
}

fn longest(_base: &str, mine: &str, theirs: &str) -> String {
    if mine.len() > theirs.len() { mine.to_owned() } else { theirs.to_owned() }
}

mod merging {
    pub(crate) fn first<T: Clone>(base: &T, _mine: &T, _theirs: &T) -> T {
        base.clone()
    }
}

/// Everything at once.
#[session]
#[derive(Debug, Eq)]
pub struct Everything {
    /// Who it is.
    #[session(principal)]
    pub user: Option<u64>,
    #[session(merge = replace)]
    pub(crate) replaced: u64,
    #[session(merge = sum)]
    visits: u64,
    #[session(merge = sum, carry)]
    balance: i64,
    #[session(merge = union)]
    seen: HashSet<String>,
    #[session(merge = union)]
    tags: BTreeSet<String>,
    #[session(merge = union)]
    notes: HashMap<String, String>,
    #[session(merge = union)]
    more: BTreeMap<u8, String>,
    #[session(merge = append)]
    cart: Vec<u64>,
    #[session(merge = append)]
    queue: VecDeque<u64>,
    #[session(merge = max)]
    best: u64,
    #[session(merge = min)]
    least: Option<u64>,
    #[session(merge = longest)]
    name: String,
    #[session(merge = merging::first)]
    started: u64,
    #[session(rename = "colour", alias = "color", alias = "farbe")]
    paint: String,
    r#type: String,
    #[session(carry)]
    #[session(rename = "lang")]
    language: Option<String>,
    nested: Vec<Option<(u8, [u8; 4])>>,
    #[cfg(any())]
    absent: Nobody,
    #[cfg(not(any()))]
    present: u8,
}

#[session]
struct WithDefaults {
    #[session(default = "light".to_owned())]
    theme: String,
    #[session(default = vec![1, 2, 3], merge = append)]
    cart: Vec<u64>,
    #[session(default = HashMap::<String, Vec<u8>>::with_capacity(8))]
    map: HashMap<String, Vec<u8>>,
    #[session(default = if cfg!(debug_assertions) { 1 } else { 2 })]
    level: u8,
    #[cfg(any())]
    #[session(default = 1)]
    absent: Nobody,
    plain: Option<String>,
}

#[session]
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
struct AllDerived {
    #[serde(rename = "v")]
    visits: u64,
}

#[session]
#[derive(Serialize, std::fmt::Debug, core::clone::Clone)]
#[serde(rename_all = "camelCase")]
struct SerializedByHand {
    last_page: u64,
}

#[session]
#[derive(serde::Deserialize)]
struct DeserializedByHand {
    #[serde(default)]
    last_page: u64,
}

#[session(manual(Default, Clone))]
struct Manual {
    theme: Theme,
}

impl Default for Manual {
    fn default() -> Self {
        Self { theme: Theme::Dark }
    }
}

impl Clone for Manual {
    fn clone(&self) -> Self {
        Self { theme: self.theme.clone() }
    }
}

#[session]
struct CopyToo {
    visits: u64,
}

impl Copy for CopyToo {}

#[session]
#[cfg(any())]
struct Absent {
    nobody: Nobody,
}

#[session]
#[derive(Serialize)]
#[serde(rename_all(serialize = "camelCase"), deny_unknown_fields, crate = "serde")]
struct WithSerdeNamed {
    last_page: u64,
}

mod private {
    use session_axum::session;

    #[session]
    pub(super) struct Inner {
        pub(super) visits: u64,
    }
}

fn is_anonymous<T: SessionState<Principal = NoPrincipal>>() {}
fn is_personal<T: WithPrincipal<Principal = P>, P>() {}
fn is_complete<T>()
where
    T: SessionState + Clone + Default + PartialEq + Serialize + for<'de> Deserialize<'de>,
{
}

fn main() {
    #[session]
    struct Local {
        #[session(principal)]
        user: Option<UserId>,
    }

    is_personal::<Everything, u64>();
    is_personal::<Local, UserId>();
    is_anonymous::<WithDefaults>();
    is_complete::<Everything>();
    is_complete::<WithDefaults>();
    is_complete::<AllDerived>();
    is_complete::<SerializedByHand>();
    is_complete::<DeserializedByHand>();
    is_complete::<Manual>();
    is_complete::<CopyToo>();
    is_complete::<WithSerdeNamed>();
    is_complete::<private::Inner>();
    is_complete::<Local>();

    let defaults = WithDefaults::default();
    assert_eq!(defaults.theme, "light");
    assert_eq!(defaults.cart, [1, 2, 3]);
    assert_eq!(defaults.level, 1);
    assert_eq!(defaults.plain, None);
    assert!(Local { user: Some(UserId(7)) }.principal() == Some(&UserId(7)));
    assert!(WithDefaults::default().principal().is_none());
}
