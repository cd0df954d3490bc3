//! `#[session]` and `#[require_session]`, the attributes of session-axum, and `#[session]` for programs
//! that use session-core alone.
//!
//! Use them through these crates: the code that they write names `::session_axum` or `::session_core`.
//! For a dependency of another name, write `extern crate sess as session_axum;` at the root of your crate.

// Each attribute has a folder of its name, with three rooms:
// - `parse`: its options, and the messages for errors in them;
// - `model`: a valid session type or handler, and the messages for items that cannot be one;
// - `print`: the expansion.
// `root` is the crate through which it names the library.

mod conditions;
mod duration;
mod errors;
mod fresh_names;
mod options;
mod require_session;
mod root;
mod self_type;
mod session;
mod spans;
mod suggestion;

#[cfg(test)]
mod expansions;

use proc_macro::TokenStream;

use crate::root::Root;

/// Makes a struct the state of a session: plain data, each field stored under its name.
///
/// ```
/// use session_axum::session;
///
/// #[session]
/// pub struct Shop {
///     #[session(principal)]
///     user: Option<u64>,
///     #[session(merge = sum)]
///     visits: u64,
///     #[session(carry, default = "light".to_owned())]
///     theme: String,
///     cart: Vec<String>,
///     notice: Option<String>,
/// }
///
/// assert_eq!(Shop::default().theme, "light");
/// ```
///
/// A field is of any type that is `Clone + PartialEq + Serialize + Deserialize`: compared by what would be
/// stored, to find out what a handler changed, and stored on its own, so that two requests which change different
/// fields never meet.
///
/// A change is what would be stored differently, whatever `PartialEq` says: another order of an
/// `IndexMap`, another offset of the same moment, another name of a user whose id is compared. The order of a
/// `HashMap` is no change where it is the field itself; deeper in a type of your own it may cost a write, unless
/// you say that `PartialEq` is exact: `session_axum::state::ExactEq`.
///
/// It is data and nothing else. What is changed behind a `&` (in an atomic, a mutex, a `OnceLock`) is not
/// stored, and other requests on this session may see it for a while. A field that was never stored has its default at each
/// request, which may be drawn anew.
///
/// A field may have any name. In its type and options, `Self` is the session type. A `#[cfg]` on a field holds for
/// the whole field; the principal cannot have one. A `#[cfg_attr]` may add what it likes but a `#[session(…)]`, which
/// is not seen there: write the field twice, each with its options below a `#[cfg]`.
///
/// # Options of a field
///
/// | Option | Meaning |
/// |---|---|
/// | `principal` | Says whom the session belongs to: an `Option`, of which setting it is logging in. One field at most. |
/// | `merge = sum` | How two changes to the field meet: `replace` (the later one wins; the default), `sum`, `union`, `append`, `max`, `min`, or the path of your own function `fn(base: &V, mine: &V, theirs: &V) -> V`. See `session_axum::merge`. |
/// | `default = …` | What the field is in a fresh session: any expression. Without it, its type's `Default`. |
/// | `rename = "…"` | The name under which the field is stored. Without it, the field's name. |
/// | `alias = "…"` | A name under which the field is read as well, of an earlier release say. Any number of them. |
/// | `carry` | The field stays when the session passes from one principal to another, or to none. Without it, it falls back to its default. |
/// | `flatten` | The field is another session type, of another crate say, and its fields are stored as this one's: see below. |
/// | `ttl = "10m"` | The field has its default again ten minutes after the commit that changed it: see below. |
/// | `opaque` | The type of the field need not be `PartialEq`: its values are compared by their JSON. See below. |
///
/// A stored name that begins with `.` is the library's own.
///
/// ```
/// # use session_axum::session;
/// # fn longer(_base: &String, mine: &String, theirs: &String) -> String {
/// #     if mine.len() > theirs.len() { mine.clone() } else { theirs.clone() }
/// # }
/// #[session]
/// struct Shop {
///     #[session(rename = "basket", alias = "cart", merge = append)]
///     items: Vec<String>,             // stored as `basket`; what an earlier release stored as `cart` is read too
///     #[session(merge = longer)]
///     note: String,                   // by a function of your own
///     #[session(ttl = "10m")]
///     code: Option<u32>,
/// }
/// ```
///
/// # Fields that run out
///
/// A field with a `ttl` is for what is good for a short time: a one-time code, the state of a log-in at another
/// site. It is at its default again when so many seconds (`s`), minutes (`m`), hours (`h`) or days (`d`, 400 at
/// most) have passed since the commit that changed it, by the store's clock. To set the value that it has changes
/// nothing, so its time runs on; `Session::restart` makes it count anew.
///
/// When it has run out nothing is written: its value is left out at the session's next change. A release that
/// does not know the field carries it with its time; one that knows it without a `ttl` reads it on.
///
/// # Types of other crates
///
/// A type with `Clone`, `Serialize` and `Deserialize`, and no `PartialEq`, is a field with `opaque`: an OAuth
/// nonce, say. One that has no `Clone` either is a field as `session_axum::Opaque<V>`.
///
/// ```
/// # mod oauth {
/// #     #[derive(Clone, serde::Serialize, serde::Deserialize)] pub struct Nonce(pub String);
/// #     #[derive(serde::Serialize, serde::Deserialize)] pub struct Verifier(pub String);
/// # }
/// #[session_axum::session]
/// struct Shop {
///     #[session(opaque, ttl = "10m")]
///     nonce: Option<oauth::Nonce>,
///     verifier: session_axum::Opaque<oauth::Verifier>,        // `get`, `set`, `take`
/// }
/// ```
///
/// A struct with an `opaque` field has no `PartialEq`, and one with it as a part says `manual(PartialEq)`.
///
/// # Parts
///
/// `flatten` takes in the fields of another `#[session]` type. Each is stored on its own, as `part.field`,
/// and keeps its options; `rename` gives the part another name. A principal in the part is the whole's. So a
/// crate that logs people in can own its fields:
///
/// ```
/// # mod accounts {
/// #     #[session_axum::session] #[derive(Debug)]
/// #     pub struct Login { #[session(principal)] pub user: Option<u64>, pub second_factor: bool }
/// # }
/// # use session_axum::{SessionState, session};
/// #[session]
/// struct Shop {
///     #[session(flatten)]
///     login: accounts::Login,          // `login.user`, which is the principal, and `login.second_factor`
///     cart: Vec<String>,
/// }
///
/// let login = accounts::Login { user: Some(7), second_factor: true };
/// assert_eq!(Shop { login, cart: vec![] }.principal(), Some(&7));
/// ```
///
/// Two fields of one stored name, or two principals, are errors of the compiler. A part may have parts.
///
/// # Options of the struct
///
/// | Option | Meaning |
/// |---|---|
/// | `name = "…"` | The name under which the session type is stored, of at most 64 bytes. Without it, the struct's name. |
/// | `alias = "…"` | A name under which it is read as well, of an earlier release say. Any number of them. |
/// | `manual(…)` | The traits that you write by hand: see below. |
///
/// ```
/// use session_axum::{SessionState, session};
///
/// #[session(name = "shop", alias = "cart", alias = "basket")]
/// struct Shop {
///     visits: u64,
/// }
///
/// assert_eq!(Shop::NAME, "shop");
/// ```
///
/// # What it derives
///
/// `Clone`, `PartialEq` (unless a field is `opaque`), `Default`, and serde's `Serialize` and `Deserialize`: those
/// that you do not derive yourself below the attribute (above it, it cannot see them). Which ones you write by
/// hand, it is told: `#[session(manual(Default))]`.
///
/// ```
/// use session_axum::session;
///
/// #[session(manual(Default))]
/// #[derive(Debug)]
/// struct Shop {
///     visits: u64,
/// }
///
/// impl Default for Shop {
///     fn default() -> Self {
///         Self { visits: 1 }
///     }
/// }
/// ```
///
/// The struct's own serialization is for your use, as JSON in an answer say; a session is stored
/// field by field. So `#[serde(…)]` is refused unless you derive `Serialize` or `Deserialize`.
///
/// # What it writes
///
/// The struct with the derives, a type that reaches each field, and the table of them:
///
/// ```
/// use session_axum::SessionState;
/// use session_axum::state::{Field, HasFields, Lens, Owned, PrincipalField, StoredName, Table};
///
/// #[derive(Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
/// pub struct Shop {
///     user: Option<u64>,
///     visits: u64,
/// }
///
/// const _: () = {
///     struct User;
///     impl Lens for User {
///         type State = Shop;
///         type Value = Option<u64>;
///         fn get(state: &Shop) -> &Option<u64> { &state.user }
///         fn get_mut(state: &mut Shop) -> &mut Option<u64> { &mut state.user }
///     }
///
///     struct Visits;
///     impl Lens for Visits {
///         type State = Shop;
///         type Value = u64;
///         fn get(state: &Shop) -> &u64 { &state.visits }
///         fn get_mut(state: &mut Shop) -> &mut u64 { &mut state.visits }
///         fn merge(base: &u64, mine: &u64, theirs: &u64) -> u64 {
///             session_axum::merge::sum(base, mine, theirs)
///         }
///     }
///
///     impl HasFields for Shop {
///         const STORED_NAMES: &'static [StoredName] =
///             &[StoredName::field("user"), StoredName::field("visits")];
///         fn table() -> &'static Table<Self> {
///             static TABLE: Table<Shop> = Table::new(
///                 &[Field::of::<User>("user").principal(), Field::of::<Visits>("visits")],
///             );
///             &TABLE
///         }
///     }
///
///     impl SessionState for Shop {
///         const NAME: &'static str = "Shop";
///         const ALIASES: &'static [&'static str] = &[];
///         type Ownership = Owned<u64>;
///         type Principal = <Option<u64> as PrincipalField>::Principal;
///         fn principal(&self) -> Option<&u64> { PrincipalField::principal(&self.user) }
///         fn set_principal(&mut self, principal: u64) { self.user = Some(principal) }
///     }
/// };
/// ```
#[proc_macro_attribute]
pub fn session(args: TokenStream, item: TokenStream) -> TokenStream {
    session::expand(Root::Axum, args.into(), &item.into()).into()
}

/// Makes a struct the state of a session, in a program that uses session-core alone: what it writes
/// names `::session_core`, which exports it as `session`.
///
/// ```
/// use session_core::session;
///
/// #[session]
/// struct Shop {
///     #[session(merge = sum)]
///     visits: u64,
/// }
/// ```
///
/// The options are those of [`session`](macro@session).
#[proc_macro_attribute]
pub fn core_session(args: TokenStream, item: TokenStream) -> TokenStream {
    session::expand(Root::Core, args.into(), &item.into()).into()
}

#[doc = include_str!("require_session.md")]
#[proc_macro_attribute]
#[doc(alias("login_required", "guard", "role", "permission", "save", "middleware"))]
pub fn require_session(args: TokenStream, item: TokenStream) -> TokenStream {
    require_session::expand(args.into(), &item.into()).into()
}
