use std::collections::HashMap;

use super::*;
use crate::state::frame::{Head, MAX_BYTES, Writer};
use session_core::session;

/// The release before: it knows `basket` by its old name, and `seen`.
#[session]
#[derive(Debug)]
struct Old {
    user: Option<u64>,
    cart: Vec<String>,
    seen: u8,
}

/// The release after: `cart` has a new name, `visits` is new, `seen` is of another type.
#[session]
#[derive(Debug)]
struct New {
    user: Option<u64>,
    #[session(rename = "basket", alias = "cart")]
    items: Vec<String>,
    visits: u64,
    seen: Vec<u8>,
}

fn encoded<T: SessionState>(state: &T) -> Result<Encoded<T>, EncodeError> {
    encode("Shop", state, Duration::ZERO, None)
}

fn read<T: SessionState>(bytes: &[u8]) -> (T, Vec<&'static str>) {
    let mut defaulted = Vec::new();
    let decoded = decode(bytes, Duration::ZERO, |field| defaulted.push(field)).unwrap();
    (T::clone(&decoded.state), defaulted)
}

fn change<T: SessionState>(bytes: &[u8], change: impl FnOnce(&mut T)) -> Arc<[u8]> {
    let before = read::<T>(bytes).0;
    let mut after = before.clone();
    change(&mut after);
    let recoded = recode(bytes, &before, &after, Duration::ZERO, Restarts::default());
    recoded.unwrap().expect("something has changed").fields
}

#[test]
fn what_a_release_does_not_know_goes_through_untouched() {
    let old = encoded(&Old { user: Some(7), cart: vec!["tea".into()], seen: 3 }).unwrap().fields;
    let new = change::<New>(&old, |state| state.visits = 5);
    let old = change::<Old>(&new, |state| state.cart.push("cup".into()));
    assert_eq!(read::<New>(&old).0.visits, 5);
    assert_eq!(read::<New>(&old).0.items, ["tea", "cup"]);
    assert_eq!(
        read::<Old>(&old).0,
        Old { user: Some(7), cart: vec!["tea".into(), "cup".into()], seen: 3 }
    );
}

#[test]
fn a_field_under_an_alias_stays_under_it() {
    let old = encoded(&Old { cart: vec!["tea".into()], ..Old::default() }).unwrap().fields;
    let new = change::<New>(&old, |state| state.items.push("cup".into()));
    assert_eq!(
        read::<Old>(&new).0.cart,
        ["tea", "cup"],
        "the old release sees what the new one did"
    );
}

#[test]
fn a_field_that_does_not_decode_has_its_default_is_told_and_stays() {
    let old = encoded(&Old { seen: 3, ..Old::default() }).unwrap().fields;
    let (state, defaulted) = read::<New>(&old);
    assert_eq!((state.seen, defaulted), (vec![], vec!["seen"]));
    let new = change::<New>(&old, |state| state.visits = 1);
    assert_eq!(
        read::<Old>(&new).0.seen,
        3,
        "unchanged, it is as it was for the release that knows it"
    );
    let new = change::<New>(&old, |state| state.seen = vec![1]);
    assert_eq!(read::<New>(&new), (New { seen: vec![1], ..New::default() }, vec![]));
}

#[test]
fn unchanged_fields_stay_byte_for_byte() {
    let mut writer = Writer::new(Head::new("Shop"), 0);
    writer.field("user", b" 7 ");
    writer.field("future", b"\xff");
    let stored = writer.finish().unwrap();
    let after = change::<Old>(&stored, |state| state.seen = 1);
    assert!(after.starts_with(&stored));
}

#[session]
struct Odd {
    ratio: f64,
    by_pair: HashMap<Pair, u8>,
}

#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Pair(u8, u8);

#[test]
fn what_would_not_come_back_is_an_error_and_not_a_default() {
    let odd = Odd { ratio: f64::NAN, ..Odd::default() };
    assert!(matches!(encoded(&odd), Err(EncodeError::Lossy { field: "ratio" })));
    let odd = Odd { by_pair: [(Pair(1, 2), 3)].into(), ..Odd::default() };
    assert!(matches!(encoded(&odd), Err(EncodeError::Field { field: "by_pair", .. })));
}

#[test]
fn ten_thousand_levels_are_a_field_that_does_not_decode() {
    let mut writer = Writer::new(Head::new("Shop"), 0);
    writer.field("cart", "[".repeat(10_000).as_bytes());
    assert_eq!(read::<Old>(&writer.finish().unwrap()).1, ["cart"]);
}

#[test]
fn more_than_a_session_may_hold_is_an_error() {
    let state = Old { cart: vec!["x".repeat(MAX_BYTES)], ..Old::default() };
    assert!(matches!(encoded(&state), Err(EncodeError::TooLarge { .. })));
}

/// A part, which itself has one.
#[session]
#[derive(Debug)]
struct Login {
    #[session(principal)]
    user: Option<u64>,
    #[session(alias = "level")]
    factors: u8,
    #[session(flatten, rename = "on")]
    device: Device,
}

#[session]
#[derive(Debug)]
struct Device {
    #[session(carry)]
    theme: String,
    #[session(merge = sum)]
    clicks: u64,
}

#[session]
#[derive(Debug)]
struct Whole {
    cart: Vec<String>,
    #[session(flatten)]
    login: Login,
    visits: u64,
}

#[test]
fn the_fields_of_parts_are_stored_after_the_names_of_these() {
    let mut whole = Whole { cart: vec!["tea".into()], visits: 2, ..Whole::default() };
    whole.set_principal(7);
    whole.login.device.clicks = 3;
    let encoded = encoded(&whole).unwrap();
    assert_eq!(*encoded.decoded.state, whole);
    let fields = Fields::parse(&encoded.fields).unwrap();
    let names: Vec<_> = fields.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["cart", "login.user", "login.factors", "login.on.theme", "login.on.clicks", "visits"]
    );
    assert_eq!(read::<Whole>(&encoded.fields), (whole, vec![]));
}

#[test]
fn the_fields_of_parts_keep_their_options() {
    let table = <Whole as crate::state::HasFields>::table().fields();
    let named = |name: &str| table.iter().find(|field| field.name == name).unwrap();
    assert!(named("login.user").is_principal && !named("cart").is_principal);
    assert!(named("login.on.theme").carried && !named("login.on.clicks").carried);
    assert_eq!(named("login.factors").aliases, ["login.level"]);
    let clicks = |clicks| Whole {
        login: Login { device: Device { clicks, ..Device::default() }, ..Login::default() },
        ..Whole::default()
    };
    let mut theirs = clicks(10);
    crate::state::merge::merge(&clicks(2), &clicks(5), &mut theirs);
    assert_eq!(theirs, clicks(13));
}

#[session]
struct Beside {
    #[session(flatten)]
    device: Device,
    #[session(flatten)]
    login: Login,
    #[session(flatten)]
    another: Device,
}

#[session]
struct Own {
    #[session(flatten)]
    device: Device,
    #[session(principal)]
    user: Option<String>,
}

#[test]
fn the_principal_of_a_part_is_the_wholes() {
    let mut whole = Whole::default();
    assert_eq!(whole.principal(), None);
    whole.set_principal(7);
    assert_eq!((whole.principal(), whole.login.user), (Some(&7), Some(7)));

    let mut beside = Beside::default();
    beside.set_principal(8);
    assert_eq!((beside.principal(), beside.login.user), (Some(&8), Some(8)));

    let mut own = Own::default();
    own.set_principal("ann".into());
    assert_eq!(own.principal().unwrap(), "ann");
}

/// As many fields as `count!` names.
macro_rules! wide {
    ($name:ident: $($field:ident)*) => {
        #[session]
        struct $name { $($field: u32),* }
    };
}

wide!(Wide: a b c d e f g h i j k l m n o p q r s t u v w x y z);

#[test]
fn fields_are_found_in_any_order_with_each_name_looked_at_once() {
    let stored: Vec<String> = ('a'..='z').rev().map(String::from).chain(["new".into()]).collect();
    let looked_at = std::cell::Cell::new(0);
    let names = stored.iter().map(|name| {
        looked_at.set(looked_at.get() + 1);
        name.as_str()
    });
    let positions = <Wide as crate::state::HasFields>::table().positions(names);
    let expected: Vec<_> = (0..26).rev().map(Some).collect();
    assert_eq!((positions, looked_at.get()), (expected, 27));
}

#[test]
fn of_several_names_of_a_field_its_own_counts_and_then_the_first_alias() {
    #[session]
    struct Renamed {
        #[session(alias = "b", alias = "c")]
        a: u8,
        d: u8,
    }

    let positions = |names: &'static [&'static str]| {
        <Renamed as crate::state::HasFields>::table().positions(names.iter().copied())
    };
    assert_eq!(positions(&["c", "d", "b", "a"]), [Some(3), Some(1)]);
    assert_eq!(positions(&["d", "c", "b"]), [Some(2), Some(0)]);
    assert_eq!(positions(&["a", "b", "d", "c"]), [Some(0), Some(2)]);
    assert_eq!(positions(&["b", "c"]), [Some(0), None]);
    assert_eq!(positions(&["", ".remembered"]), [None, None]);
}
