//! Fields that run out, before and after that, with other releases and on the way to another principal.

use super::*;
use session_core::session;

#[session]
#[derive(Debug)]
struct Shop {
    #[session(ttl = "10m")]
    code: Option<u32>,
    #[session(ttl = "1h", carry, default = "none".to_owned())]
    state: String,
    visits: u64,
}

/// A release before the fields had a `ttl`.
#[session]
#[derive(Debug)]
struct Before {
    code: Option<u32>,
    state: String,
    visits: u64,
}

/// A release that does not know the fields.
#[session]
#[derive(Debug)]
struct NextRelease {
    visits: u64,
}

const fn minutes(minutes: u64) -> Duration {
    Duration::from_mins(minutes)
}

/// A session's bytes, and what a request makes of them at an age.
struct Record(Arc<[u8]>);

impl Record {
    fn new<T: SessionState>(state: &T) -> Self {
        Self(encode("Shop", &mut Arc::new(state.clone()), Duration::ZERO, None).unwrap().fields)
    }

    fn at<T: SessionState>(&self, age: Duration) -> DecodedState<T> {
        decode(&self.0, age, |field| panic!("{field} does not decode")).unwrap()
    }

    fn code(&self, age: Duration) -> Option<u32> {
        self.at::<Shop>(age).state.code
    }

    /// Whether anything was written.
    fn change<T: SessionState>(&mut self, age: Duration, change: impl FnOnce(&mut T)) -> bool {
        self.change_and_restart(age, change, |_| Restarts::default())
    }

    fn change_and_restart<T: SessionState>(
        &mut self,
        age: Duration,
        change: impl FnOnce(&mut T),
        restarts: impl FnOnce(&T) -> Restarts,
    ) -> bool {
        let before = self.at::<T>(age).state;
        let mut after = T::clone(&before);
        change(&mut after);
        let restarts = restarts(&after);
        let changed = T::table().differing(&before, &after);
        let encoded =
            recode(&self.0, &*before, &mut Arc::new(after), &changed, age, restarts).unwrap();
        let is_written = encoded.is_some();
        if let Some(Encoded { fields, until }) = encoded {
            self.0 = fields;
            let read = self.at::<T>(age);
            assert_eq!(read.until, until, "what is remembered is what would be read");
        }
        is_written
    }
}

fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[test]
fn a_field_has_its_default_when_its_time_has_passed() {
    let record = Record::new(&Shop { code: Some(7), state: "abc".into(), visits: 1 });
    let shop = record.at::<Shop>(minutes(9));
    assert_eq!((shop.state.code, shop.until), (Some(7), Some(minutes(10))));
    let shop = record.at::<Shop>(minutes(10));
    assert_eq!(*shop.state, Shop { code: None, state: "abc".into(), visits: 1 });
    assert_eq!(shop.until, Some(minutes(60)));
    let shop = record.at::<Shop>(minutes(60));
    assert_eq!(*shop.state, Shop { code: None, state: "none".into(), visits: 1 });
    assert_eq!(shop.until, None);
}

#[test]
fn its_time_counts_from_the_change_and_not_from_others() {
    let mut record = Record::new(&Shop::default());
    assert_eq!(record.at::<Shop>(minutes(0)).until, None);
    assert!(record.change(minutes(5), |shop: &mut Shop| shop.code = Some(7)));
    assert!(record.change(minutes(14), visit));
    assert_eq!((record.code(minutes(14)), record.code(minutes(15))), (Some(7), None));
    assert!(!record.change(minutes(14), |shop: &mut Shop| shop.code = Some(7)));
    assert!(record.change(minutes(14), |shop: &mut Shop| shop.code = Some(8)));
    assert_eq!((record.code(minutes(23)), record.code(minutes(24))), (Some(8), None));
    assert!(record.change(minutes(20), |shop: &mut Shop| shop.code = None));
    assert_eq!(record.at::<Shop>(minutes(20)).until, None);
}

#[test]
fn a_restart_counts_anew_unless_there_is_nothing_to_lose() {
    let mut record = Record::new(&Shop { code: Some(7), ..Shop::default() });
    let restart = |shop: &Shop| {
        let mut restarts = Restarts::default();
        assert!(restarts.add(shop, &shop.code) && restarts.add(shop, &shop.state));
        assert!(!restarts.clone().add(shop, &shop.visits));
        assert!(!restarts.clone().add(shop, &Some(7_u32)));
        restarts
    };
    let same = |shop: &mut Shop| shop.code = Some(7);
    assert!(record.change_and_restart(minutes(9), same, restart));
    assert_eq!((record.code(minutes(18)), record.code(minutes(19))), (Some(7), None));
    assert!(!record.change_and_restart(minutes(20), |_| {}, restart), "it has run out");
}

#[test]
fn what_has_run_out_is_left_out_of_the_next_write() {
    let mut record = Record::new(&Shop { code: Some(7), state: "abc".into(), visits: 1 });
    assert!(!record.change(minutes(11), |_: &mut Shop| {}), "nothing is written for that alone");
    assert!(record.change(minutes(11), visit));
    let fields = Fields::parse(&record.0).unwrap();
    assert_eq!((fields.find("code"), fields.find("state")), (None, Some(&b"\"abc\""[..])));
    assert_eq!(record.at::<Before>(minutes(11)).state.code, None);
    assert!(record.change(minutes(12), |shop: &mut Shop| shop.code = Some(8)));
    assert_eq!((record.code(minutes(21)), record.code(minutes(22))), (Some(8), None));
}

#[test]
fn what_runs_out_between_load_and_commit_is_left_out_too() {
    let record = Record::new(&Shop { code: Some(7), ..Shop::default() });
    let before = record.at::<Shop>(minutes(9)).state;
    let mut after = Arc::new(Shop { visits: 1, ..Shop::clone(&before) });
    let changed = <Shop as crate::state::HasFields>::table().differing(&before, &after);
    let restarts = Restarts::default();
    let recoded = recode(&record.0, &*before, &mut after, &changed, minutes(11), restarts);
    let Encoded { fields, until } = recoded.unwrap().unwrap();
    assert_eq!((after.code, until), (None, None));
    assert_eq!(*after, *Record(fields).at::<Shop>(minutes(9)).state);
}

#[test]
fn a_release_that_does_not_know_the_field_carries_it_with_its_time() {
    let mut record = Record::new(&Shop { code: Some(7), state: "abc".into(), visits: 1 });
    assert!(record.change(minutes(5), |other: &mut NextRelease| other.visits += 1));
    assert!(record.change(minutes(11), |other: &mut NextRelease| other.visits += 1));
    let shop = record.at::<Shop>(minutes(9));
    assert_eq!((shop.state.code, shop.state.visits), (Some(7), 3));
    assert_eq!(record.code(minutes(10)), None);
}

#[test]
fn what_a_release_without_a_ttl_has_written_counts_from_the_next_write() {
    let mut record = Record::new(&Before { code: Some(7), state: "abc".into(), visits: 1 });
    assert_eq!(record.at::<Shop>(minutes(500)).until, None);
    assert_eq!(record.code(minutes(500)), Some(7));
    assert!(record.change(minutes(500), visit));
    assert_eq!((record.code(minutes(509)), record.code(minutes(510))), (Some(7), None));
}

#[test]
fn what_passes_to_another_principal_keeps_its_time() {
    let record = Record::new(&Shop { code: Some(7), state: "abc".into(), visits: 1 });
    let before = record.at::<Shop>(minutes(9)).state;
    let mut passed = Arc::new(Shop { code: Some(8), ..Shop::clone(&before) });
    let former = Former { fields: &record.0, state: &*before, restarts: Restarts::default() };
    let encoded = encode("Shop", &mut passed, minutes(9), Some(&former)).unwrap();
    let passed = Record(encoded.fields);
    assert_eq!(passed.at::<Shop>(minutes(18)).state.code, Some(8));
    assert_eq!(passed.at::<Shop>(minutes(19)).until, Some(minutes(60)));
    assert_eq!(passed.at::<Shop>(minutes(60)).state.state, "none");
    // Unless that was to count anew.
    let mut restarts = Restarts::default();
    assert!(restarts.add(&*before, &before.state));
    let mut same = Arc::clone(&before);
    let encoded = encode("Shop", &mut same, minutes(9), Some(&Former { restarts, ..former }));
    assert_eq!(Record(encoded.unwrap().fields).at::<Shop>(minutes(60)).until, Some(minutes(69)));
}

/// The next release, which has another name for a field and reads the old one.
#[session]
#[derive(Debug)]
struct Renamed {
    #[session(ttl = "10m", alias = "code")]
    one_time_code: Option<u32>,
    visits: u64,
}

#[test]
fn a_field_under_an_alias_keeps_its_time() {
    let mut record = Record::new(&Shop { code: Some(7), ..Shop::default() });
    assert_eq!(record.at::<Renamed>(minutes(9)).until, Some(minutes(10)));
    assert_eq!(record.at::<Renamed>(minutes(10)).state.one_time_code, None);
    assert!(record.change(minutes(9), |renamed: &mut Renamed| renamed.visits += 1));
    assert_eq!((record.code(minutes(9)), record.code(minutes(10))), (Some(7), None));
    assert_eq!(record.at::<Renamed>(minutes(10)).state.one_time_code, None);
    // Both releases see the one that either has set.
    assert!(record.change(minutes(9), |renamed: &mut Renamed| renamed.one_time_code = Some(8)));
    assert_eq!((record.code(minutes(18)), record.code(minutes(19))), (Some(8), None));
    assert!(record.change(minutes(12), |shop: &mut Shop| shop.code = Some(9)));
    assert_eq!(record.at::<Renamed>(minutes(21)).state.one_time_code, Some(9));
    assert_eq!(record.at::<Renamed>(minutes(22)).state.one_time_code, None);
}
