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

fn encoded<T: SessionState>(state: &T) -> Result<Encoded, EncodeError> {
    encode("Shop", &mut Arc::new(state.clone()), Duration::ZERO, None)
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
    recoded(bytes, &before, &mut Arc::new(after)).expect("something has changed").fields
}

fn recoded<T: SessionState>(bytes: &[u8], before: &T, after: &mut Arc<T>) -> Option<Encoded> {
    let changed = T::table().differing(before, after);
    recode(bytes, before, after, &changed, Duration::ZERO, Restarts::default()).unwrap()
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
    let names: Vec<_> = names(&encoded.fields).collect();
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
    let (base, mine) = (clicks(2), clicks(5));
    let changed = <Whole as crate::state::HasFields>::table().differing(&base, &mine);
    crate::state::merge::merge(&base, &mine, &changed, &mut theirs);
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

/// As many fields as names.
macro_rules! wide {
    ($name:ident: $($field:ident)*) => {
        #[session]
        #[derive(Debug)]
        struct $name { $($field: u32),* }
    };
}

wide!(Wide: a b c d e f g h i j k l m n o p q r s t u v w x y z);

/// The bytes of fields with these names.
fn stored(names: impl IntoIterator<Item = impl AsRef<str>>) -> Arc<[u8]> {
    let mut writer = Writer::new(Head::new("Shop"), 0);
    for name in names {
        writer.field(name.as_ref(), b"7");
    }
    writer.finish().unwrap()
}

fn names(bytes: &[u8]) -> impl Iterator<Item = String> {
    let entries = Fields::parse(bytes).unwrap().entries();
    entries.map(|entry| String::from_utf8(entry.name.into()).unwrap())
}

/// Where a table has each of the fields with these names.
fn places<T: SessionState>(names: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<Option<usize>> {
    let bytes = stored(names);
    let (fields, mut finder) = (Fields::parse(&bytes).unwrap(), T::table().finder());
    let places = fields.entries().map(|entry| {
        let found = finder.find(entry.name).filter(|found| !found.is_overridden(fields));
        found.map(|found| found.place)
    });
    places.collect()
}

#[test]
fn fields_are_found_in_any_order() {
    let stored = ('a'..='z').rev().map(String::from).chain(["new".into()]);
    let expected: Vec<_> = (0..26).rev().map(Some).chain([None]).collect();
    assert_eq!(places::<Wide>(stored), expected);
}

#[test]
fn of_several_names_of_a_field_its_own_counts_and_then_the_first_alias() {
    #[session]
    struct Renamed {
        #[session(alias = "b", alias = "c")]
        a: u8,
        d: u8,
    }

    assert_eq!(places::<Renamed>(["c", "d", "b", "a"]), [None, Some(1), None, Some(0)]);
    assert_eq!(places::<Renamed>(["d", "c", "b"]), [Some(1), None, Some(0)]);
    assert_eq!(places::<Renamed>(["a", "b", "d", "c"]), [Some(0), None, Some(1), None]);
    assert_eq!(places::<Renamed>(["b", "c"]), [Some(0), None]);
    assert_eq!(places::<Renamed>(["", ".remembered"]), [None, None]);
}

wide!(Wider: a b c d e f g h i j k l m n o p q r s t u v w x y z
    aa ab ac ad ae af ag ah ai aj ak al am an ao ap aq ar as_ at au av aw ax ay az
    ba bb bc bd be bf bg bh bi bj bk bl bm bn bo bp bq br bs bt bu bv bw bx by bz);

#[test]
fn of_any_number_of_fields_those_that_changed_are_written_and_the_others_stay() {
    let stored = stored(('a'..='y').map(String::from).chain(["future".into()]));
    let after = change::<Wider>(&stored, |wider| {
        (wider.a, wider.z, wider.bl, wider.bm, wider.bz) = (1, 2, 3, 4, 5);
    });
    let expected = Wider { a: 1, z: 2, bl: 3, bm: 4, bz: 5, ..read::<Wider>(&stored).0 };
    assert_eq!(read::<Wider>(&after), (expected, vec![]));
    assert!(names(&after).eq(names(&stored).chain(["z", "bl", "bm", "bz"].map(String::from))));
}

/// Its equality overlooks what is not stored.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
struct Noted {
    text: String,
    #[serde(skip)]
    note: u8,
}

impl PartialEq for Noted {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

#[session]
struct Notes {
    one: Noted,
    other: Vec<Noted>,
    #[session(opaque)]
    third: Noted,
    visits: u64,
}

#[test]
fn a_state_that_was_stored_has_nothing_that_is_not() {
    let field = |text: &str, note| Noted { text: text.to_owned(), note };
    let notes = |text, note| Notes {
        one: field(text, note),
        other: vec![field(text, note)],
        third: field(text, note),
        visits: note.into(),
    };
    let (mut first, mut before) = (Arc::new(notes("tea", 3)), notes("tea", 0));
    let bytes = encode("Shop", &mut first, Duration::ZERO, None).unwrap().fields;
    before.visits = 3;
    // Changed, and the same as before, and both where another has the state too.
    for (mut after, is_shared) in [
        (Arc::new(notes("cup", 4)), false),
        (Arc::new(notes("tea", 4)), false),
        (Arc::new(notes("cup", 4)), true),
        (Arc::new(notes("tea", 4)), true),
    ] {
        let other = is_shared.then(|| Arc::clone(&after));
        assert!(recoded(&bytes, &before, &mut after).is_some());
        for state in [&first, &after] {
            let Notes { one, other, third, .. } = &**state;
            assert_eq!((one.note, other[0].note, third.note), (0, 0, 0));
        }
        assert!(other.is_none_or(|other| other.one.note == 4), "another's stays as it is");
    }
}
