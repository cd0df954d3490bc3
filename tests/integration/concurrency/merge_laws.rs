//! The laws by which two changes to one session are merged, for any values: of each strategy, and of the
//! engine that calls it.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use axum::body::Body;
use axum::extract::Extension;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{Request, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use http_body_util::BodyExt as _;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use session_axum::merge::{append, max, min, sum, union};
use session_axum::{MemoryStore, Sessions, require_session, session};
use tower::ServiceExt as _;

/// A failure is printed, and no file is left.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

macro_rules! sums_are_clamped {
    ($($integer:ident),*) => {
        mod sums_add_the_difference_and_stop_at_the_ends_of {
            use super::*;

            proptest! {
                #![proptest_config(config())]
                $(
                #[test]
                fn $integer(base: $integer, mine: $integer, theirs: $integer) {
                    let exact = i128::from(theirs) + i128::from(mine) - i128::from(base);
                    let clamped = exact.clamp($integer::MIN.into(), $integer::MAX.into());
                    prop_assert_eq!(i128::from(sum(&base, &mine, &theirs)), clamped);
                }
            )*}
        }
    };
}

sums_are_clamped!(u8, u16, u32, u64, i8, i16, i32, i64);

fn list() -> impl Strategy<Value = Vec<u8>> {
    vec(0..4_u8, 0..6)
}

fn set() -> impl Strategy<Value = BTreeSet<u8>> {
    btree_set(0..6_u8, 0..6)
}

fn map() -> impl Strategy<Value = BTreeMap<u8, u8>> {
    btree_map(0..4_u8, 0..3_u8, 0..4)
}

fn count(list: &[u8], entry: u8) -> usize {
    list.split(|other| *other == entry).count() - 1
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn sums_of_the_widest_and_the_native_integers_add_the_difference(base: i64, mine: i64, theirs: i64) {
        let [wide_base, wide_mine, wide_theirs] = [base, mine, theirs].map(i128::from);
        prop_assert_eq!(sum(&wide_base, &wide_mine, &wide_theirs), wide_theirs + wide_mine - wide_base);
        let [base, mine, theirs] = [base, mine, theirs].map(|number| u128::from(number.unsigned_abs()));
        prop_assert_eq!(sum(&base, &mine, &theirs), (theirs + mine).saturating_sub(base));
        let [base, mine, theirs] = [base, mine, theirs].map(|number| usize::try_from(number / 2).unwrap());
        prop_assert_eq!(sum(&base, &mine, &theirs), (theirs + mine).saturating_sub(base));
    }

    #[test]
    fn sums_do_not_care_who_came_first(base: i32, mine: i32, theirs: i32) {
        let [base, mine, theirs] = [base, mine, theirs].map(i64::from);
        prop_assert_eq!(sum(&base, &mine, &theirs), sum(&base, &theirs, &mine));
    }

    #[test]
    fn the_greatest_and_the_least_do_not_care_who_came_first(base: u8, mine: u8, theirs: u8) {
        prop_assert_eq!(max(&base, &mine, &theirs), mine.max(theirs));
        prop_assert_eq!(max(&base, &theirs, &mine), mine.max(theirs));
        prop_assert_eq!(min(&base, &mine, &theirs), mine.min(theirs));
        prop_assert_eq!(min(&base, &theirs, &mine), mine.min(theirs));
    }

    #[test]
    fn unions_of_sets_keep_what_either_added_and_lose_what_either_removed(base in set(), mine in set(), theirs in set()) {
        let united = union(&base, &mine, &theirs);
        for entry in 0..6 {
            let (was, is_mine, is_theirs) = (base.contains(&entry), mine.contains(&entry), theirs.contains(&entry));
            prop_assert_eq!(united.contains(&entry), if was { is_mine && is_theirs } else { is_mine || is_theirs });
        }
        prop_assert_eq!(&union(&base, &theirs, &mine), &united);
        let hashed = [base, mine, theirs].map(HashSet::<u8>::from_iter);
        prop_assert_eq!(union(&hashed[0], &hashed[1], &hashed[2]), united.into_iter().collect());
    }

    #[test]
    fn in_unions_of_maps_an_entry_that_i_changed_is_mine(base in map(), mine in map(), theirs in map()) {
        let united = union(&base, &mine, &theirs);
        for key in 0..4 {
            let [was, is_mine, is_theirs] = [&base, &mine, &theirs].map(|map| map.get(&key));
            prop_assert_eq!(united.get(&key), if is_mine == was { is_theirs } else { is_mine });
        }
        let hashed = [base, mine, theirs].map(HashMap::<u8, u8>::from_iter);
        prop_assert_eq!(union(&hashed[0], &hashed[1], &hashed[2]), united.into_iter().collect());
    }

    #[test]
    fn appends_keep_what_was_added_and_removed_each_as_often_as_it_was(base in list(), mine in list(), theirs in list()) {
        let list = append(&base, &mine, &theirs);
        for entry in 0..4 {
            let [was, is_mine, is_theirs] = [&base, &mine, &theirs].map(|list| count(list, entry));
            prop_assert_eq!(count(&list, entry), is_theirs.saturating_sub(was.saturating_sub(is_mine)) + is_mine.saturating_sub(was));
        }
        let queues = [base, mine, theirs].map(VecDeque::from);
        prop_assert_eq!(append(&queues[0], &queues[1], &queues[2]), list);
    }

    #[test]
    fn two_that_append_stand_one_after_the_other(base in list(), mine in list(), theirs in list()) {
        let after = |added: &Vec<u8>| [base.as_slice(), added].concat();
        prop_assert_eq!(append(&base, &after(&mine), &after(&theirs)), [base.clone(), theirs, mine].concat());
    }
}

thread_local! {
    /// How often the session type's own merge function was asked on this thread.
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature of a merge function")]
fn digits(base: &u32, mine: &u32, theirs: &u32) -> u32 {
    ASKED.set(ASKED.get() + 1);
    base * 100 + mine * 10 + theirs
}

#[session]
#[derive(Debug)]
struct Fields {
    replaced: u8,
    #[session(merge = sum)]
    summed: i8,
    #[session(merge = append)]
    appended: Vec<u8>,
    #[session(merge = union)]
    united: BTreeSet<u8>,
    #[session(merge = max)]
    greatest: u8,
    #[session(merge = min)]
    least: u8,
    #[session(merge = digits)]
    own: u32,
}

fn fields() -> impl Strategy<Value = Fields> {
    (0..3_u8, any::<i8>(), list(), set(), 0..3_u8, 0..3_u8, 0..3_u32).prop_map(
        |(replaced, summed, appended, united, greatest, least, own)| Fields {
            replaced,
            summed,
            appended,
            united,
            greatest,
            least,
            own,
        },
    )
}

/// These fields of the one, and the rest of the other.
fn pick(which: [bool; 7], one: &Fields, other: &Fields) -> Fields {
    let [replaced, summed, appended, united, greatest, least, own] =
        which.map(|which| if which { one } else { other });
    Fields {
        replaced: replaced.replaced,
        summed: summed.summed,
        appended: appended.appended.clone(),
        united: united.united.clone(),
        greatest: greatest.greatest,
        least: least.least,
        own: own.own,
    }
}

/// A request that makes the session become this; before its handler returns, another is answered.
#[derive(Clone)]
struct Becomes(Fields, Option<(Router, Box<Fields>, String)>);

#[require_session]
async fn become_this(fields: &mut Fields, Extension(becomes): Extension<Becomes>) {
    let Becomes(this, meanwhile) = becomes;
    if let Some((router, theirs, cookie)) = meanwhile {
        let cookie = send(&router, Becomes(*theirs, None), &cookie).await;
        assert_eq!(cookie, None, "the session has a cookie already");
    }
    *fields = this;
}

#[require_session]
async fn read(fields: &Fields) -> Json<Fields> {
    Json(fields.clone())
}

/// Sends a request, which is answered 200, and answers the cookie that is set.
async fn send(router: &Router, becomes: Becomes, cookie: &str) -> Option<String> {
    let request = Request::get("/become").extension(becomes).header(COOKIE, cookie);
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let line = response.headers().get(SET_COOKIE)?.to_str().unwrap();
    line.split(';').next().map(str::to_owned)
}

/// What is stored when a session that began as `base` becomes `theirs` while another request
/// makes it `mine`; on one node, and the same on two.
fn overlapping(base: &Fields, mine: &Fields, theirs: &Fields) -> Fields {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = MemoryStore::new();
        let nodes = [(); 2].map(|()| {
            let sessions = Sessions::builder(store.clone()).without_cleaner().build().unwrap();
            Router::new()
                .route("/become", get(become_this))
                .route("/read", get(read))
                .with_state(sessions)
        });
        let mut stored = Vec::new();
        for other in &nodes {
            // A session begins only if there is something to keep.
            let first = Fields { summed: base.summed ^ 1, ..base.clone() };
            let cookie = send(&nodes[0], Becomes(first, None), "")
                .await
                .expect("a new session has a cookie");
            _ = send(&nodes[0], Becomes(base.clone(), None), &cookie).await;
            ASKED.set(0);
            let meanwhile = (other.clone(), Box::new(theirs.clone()), cookie.clone());
            _ = send(&nodes[0], Becomes(mine.clone(), Some(meanwhile)), &cookie).await;
            let request =
                Request::get("/read").header(COOKIE, &cookie).body(Body::empty()).unwrap();
            let body = nodes[1]
                .clone()
                .oneshot(request)
                .await
                .unwrap()
                .into_body()
                .collect()
                .await
                .unwrap();
            stored.push(serde_json::from_slice::<Fields>(&body.to_bytes()).unwrap());
        }
        assert_eq!(stored[0], stored[1], "one node and two agree");
        stored.remove(0)
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn without_a_change_of_mine_theirs_is_stored(base in fields(), theirs in fields()) {
        prop_assert_eq!(overlapping(&base, &base, &theirs), theirs);
    }

    #[test]
    fn without_a_change_of_theirs_mine_is_stored(base in fields(), mine in fields()) {
        prop_assert_eq!(overlapping(&base, &mine, &base), mine);
    }

    #[test]
    fn changes_to_different_fields_are_both_kept_whoever_comes_first(
        base in fields(), mine in fields(), theirs in fields(), which: [bool; 7],
    ) {
        let both = pick(which, &mine, &theirs);
        let (mine, theirs) = (pick(which, &mine, &base), pick(which, &base, &theirs));
        prop_assert_eq!(overlapping(&base, &mine, &theirs), both.clone());
        prop_assert_eq!(overlapping(&base, &theirs, &mine), both);
    }

    #[test]
    fn a_field_that_both_changed_becomes_what_its_strategy_says(base in fields(), mine in fields(), theirs in fields()) {
        let stored = overlapping(&base, &mine, &theirs);
        let asked = mine.own != base.own && theirs.own != base.own;
        prop_assert_eq!(ASKED.get(), u32::from(asked), "how often the user's function was asked");
        let replaced = if mine.replaced == base.replaced { theirs.replaced } else { mine.replaced };
        prop_assert_eq!(stored.replaced, replaced);
        prop_assert_eq!(stored.summed, sum(&base.summed, &mine.summed, &theirs.summed));
        prop_assert_eq!(&stored.united, &union(&base.united, &mine.united, &theirs.united));
        if mine.appended != base.appended && theirs.appended != base.appended {
            prop_assert_eq!(&stored.appended, &append(&base.appended, &mine.appended, &theirs.appended));
        }
        if mine.greatest != base.greatest && theirs.greatest != base.greatest {
            prop_assert_eq!(stored.greatest, mine.greatest.max(theirs.greatest));
        }
        if mine.least != base.least && theirs.least != base.least {
            prop_assert_eq!(stored.least, mine.least.min(theirs.least));
        }
        if asked {
            prop_assert_eq!(stored.own, base.own * 100 + mine.own * 10 + theirs.own);
        }
    }

    #[test]
    fn the_same_replacement_twice_is_one(base in fields(), replaced in 0..3_u8) {
        let mine = Fields { replaced, ..base.clone() };
        prop_assert_eq!(overlapping(&base, &mine, &mine), mine);
    }
}
