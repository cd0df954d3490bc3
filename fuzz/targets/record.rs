//! Any bytes as the fields of a stored record, plain and sealed, when it is loaded and when it is
//! what an update meets: 503, nobody if it has ended or has another name, or the session that they
//! spell, without what has run out, and of nobody knows whom if its principal is none; and a change
//! to one field carries every other one as it is, and the engine's own entries. A log-in takes over
//! nothing of another's.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use session_axum::{KeyRing, Sealing, Sessions, Timestamp};
use session_core::store::{Record, Times};
use session_fuzz::forge::{KEY, Place, open, seal};
use session_fuzz::framing::{Framing, Head, NAME, REPLACED, Stored};
use session_fuzz::lines::cookie;
use session_fuzz::samples;
use session_fuzz::shelf::Shelf;
use session_fuzz::shop::{Answer, CHANGE, LOG_IN, MOMENT, PRINCIPAL, READ, Shop, Site};

/// The bits of an input's first byte, and which scene its last two choose.
const CHANGES: u8 = 4;
const CONFLICTS: u8 = 8;
const HAS_TIMES: u8 = 16;
const IS_FORGED: u8 = 32;
const LOGS_IN: u8 = 64;

/// What a secret is that the browser was offered.
const OFFERED: u8 = 0;

struct Scene {
    site: Site,
    shelf: Shelf,
    record: Record,
    token: HeaderValue,
    /// The record's fields without their seal.
    own: Vec<u8>,
    opens: bool,
    seals: bool,
    takes_plain: bool,
}

impl Scene {
    fn new(sealing: Option<Sealing>) -> Self {
        let opens = sealing.is_some();
        let seals = matches!(sealing, Some(Sealing::Adopted(_) | Sealing::Required(_)));
        let takes_plain = !matches!(sealing, Some(Sealing::Required(_)));
        let shelf = Shelf::default();
        let builder = Sessions::builder(shelf.clone());
        let site = Site::new(match sealing {
            Some(sealing) => builder.sealing(sealing),
            None => builder,
        });
        let token = cookie(site.begin(1).remove(0).as_bytes());
        let record = shelf.inserted().expect("it was stored");
        let own = Vec::new();
        let scene = Self { site, shelf, record, token, own, opens, seals, takes_plain };
        let Opened::Fields(own) = scene.opened(&scene.record.fields) else {
            panic!("it was stored in this format")
        };
        Self { own, ..scene }
    }

    /// What stored bytes are without their seal.
    fn opened(&self, stored: &[u8]) -> Opened {
        let place = Place::Record(self.record.handle.as_bytes());
        let is_ours =
            |plain: &Vec<u8>| Head::read(plain).is_some_and(|(head, _)| head.name == NAME);
        let fields = match Stored::read(stored) {
            Stored::Nobody => return Opened::Nobody,
            Stored::Sealed(sealed) if self.opens => open(place, sealed).filter(is_ours),
            Stored::Fields if self.takes_plain => Some(stored.to_vec()),
            Stored::Unreadable | Stored::Sealed(_) | Stored::Fields => None,
        };
        fields.map_or(Opened::Unreadable, Opened::Fields)
    }

    fn ask(&self, changes: bool) -> Answer {
        self.shelf.updates();
        self.site.ask(if changes { CHANGE } else { READ }, std::slice::from_ref(&self.token))
    }

    /// Unsealed, what the last update was to store.
    fn written(&self) -> Option<Vec<u8>> {
        let fields = self.shelf.updates().pop()?.fields;
        assert_eq!(is_sealed(&fields), self.seals);
        let Opened::Fields(written) = self.opened(&fields) else {
            panic!("what is written cannot be read")
        };
        Some(written)
    }

    fn loaded(&self, record: Record, changes: bool) {
        let opened = self.opened(&record.fields);
        let is_plain = !is_sealed(&record.fields);
        let times = record.times;
        self.shelf.lay(Some(record));
        let answer = self.ask(changes);
        let written = self.written();
        let Some((stored, framing)) = opened.framing() else {
            assert_eq!(written, None);
            match opened {
                Opened::Nobody if changes => assert_eq!(answer.body, "1"),
                Opened::Nobody => assert_eq!(answer.shop(), Shop::default()),
                Opened::Unreadable | Opened::Fields(_) => unavailable(&answer),
            }
            return;
        };
        assert_eq!(answer.status, StatusCode::OK);
        let shop = framing.shop(age(&times));
        let visits = shop.visits.wrapping_add(1);
        if changes {
            assert_eq!(answer.body, visits.to_string());
        } else {
            assert_eq!(answer.shop(), shop);
        }
        let written = written.as_deref();
        let written_framing = written.and_then(Framing::read);
        if is_due(&framing, &times) {
            // The browser is offered another secret, whatever else is written.
            assert_eq!(answer.cookies().len(), 1);
            let framing = if changes { framing.with_visits(visits, age(&times)) } else { framing };
            let written = written_framing.expect("it was written");
            assert_eq!(written.secondary().map(|(_, role)| role), Some(OFFERED));
            assert_eq!(written.without_secrets(), framing.without_secrets().known());
            return;
        }
        assert_eq!(answer.cookies(), Vec::<String>::new());
        let is_used = since(&times, times.seen) >= renewal(&framing);
        if changes {
            assert_eq!(
                written_framing,
                Some(framing.superseded().with_visits(visits, age(&times)))
            );
        } else if self.seals && is_plain {
            // It is sealed at this use, and changed in nothing else.
            assert_eq!(written, Some(stored));
        } else if is_used && framing.secondary().is_some_and(|(_, role)| role == REPLACED) {
            assert_eq!(written_framing, Some(framing.superseded().known()));
        } else {
            assert_eq!(written, None);
        }
    }

    /// A log-in takes nothing over from another principal, or from nobody knows whom, but what is
    /// marked `carry`.
    fn logged_in(&self, record: Record) {
        let opened = self.opened(&record.fields);
        let age = age(&record.times);
        self.shelf.lay(Some(record));
        self.shelf.updates();
        let answer = self.site.ask(LOG_IN, std::slice::from_ref(&self.token));
        let user = Some(PRINCIPAL.to_owned());
        let Some((_, framing)) = opened.framing() else {
            match opened {
                Opened::Nobody => {
                    assert_eq!(answer.shop(), Shop { user, ..Shop::default() });
                }
                Opened::Unreadable | Opened::Fields(_) => unavailable(&answer),
            }
            return;
        };
        let before = framing.shop(age);
        let is_anothers = framing.is_of_unknown() || before.user.is_some() && before.user != user;
        let expected = if is_anothers {
            Shop { user, theme: before.theme, ..Shop::default() }
        } else {
            Shop { user, ..before }
        };
        assert_eq!(answer.shop(), expected);
        assert_eq!(answer.cookies().len(), 1);
        let written = self.written().as_deref().and_then(Framing::read).expect("it was written");
        assert_eq!(written.shop(age), expected);
        assert_eq!(written.secondary().map(|(_, role)| role), Some(REPLACED));
        assert!(!written.is_remembered());
        if is_anothers {
            let own = Framing::read(&self.own).expect("it was stored in this format");
            assert_eq!(written.names().collect::<Vec<_>>(), own.names().collect::<Vec<_>>());
        }
    }

    /// What was decoded of the session is forgotten, so that no input depends on the one before.
    fn forget(&self) {
        self.shelf.lay(None);
        self.ask(false);
    }

    fn met(&self, record: Record) {
        let met = self.opened(&record.fields);
        let is_stale = self.seals && !is_sealed(&record.fields);
        let age = age(&record.times);
        self.shelf.lay(Some(self.record.clone()));
        self.shelf.conflict(Some(record));
        let answer = self.ask(true);
        let updates = self.shelf.updates();
        let Some((_, framing)) = met.framing() else {
            assert_eq!(updates.len(), 1);
            match met {
                Opened::Nobody => assert_eq!(answer.status, StatusCode::UNAUTHORIZED),
                Opened::Unreadable | Opened::Fields(_) => unavailable(&answer),
            }
            return;
        };
        assert_eq!((answer.status, &answer.body[..]), (StatusCode::OK, &b"1"[..]));
        let same = framing.shop(age).visits == 1;
        if same && !is_stale {
            assert_eq!(updates.len(), 1);
            return;
        }
        let expected = if same { framing } else { framing.superseded().with_visits(1, age) };
        assert_eq!(updates.len(), 2);
        let written = self.opened(&updates[1].fields);
        assert_eq!(written.framing().map(|(_, framing)| framing), Some(expected));
    }
}

/// What stored bytes are to a scene.
enum Opened {
    Nobody,
    Unreadable,
    /// Without their seal.
    Fields(Vec<u8>),
}

impl Opened {
    /// The bytes, and what they frame, if they do.
    fn framing(&self) -> Option<(&[u8], Framing)> {
        match self {
            Self::Fields(fields) => Some((fields, Framing::read(fields)?)),
            Self::Nobody | Self::Unreadable => None,
        }
    }
}

fn is_sealed(stored: &[u8]) -> bool {
    matches!(Stored::read(stored), Stored::Sealed(_))
}

fn age(times: &Times) -> Duration {
    since(times, times.created)
}

fn since(times: &Times, earlier: Timestamp) -> Duration {
    let micros = times.now.micros().saturating_sub(earlier.micros());
    Duration::from_micros(micros.try_into().unwrap_or(0))
}

/// Whether the session's secret is so old that another is to be offered.
fn is_due(framing: &Framing, times: &Times) -> bool {
    let hour = Duration::from_hours(1);
    let is_old = match framing.secondary() {
        None => true,
        Some((at, role)) => {
            let at = since(times, Timestamp::from_micros(at));
            at >= if role == OFFERED { Duration::from_mins(1) } else { hour }
        }
    };
    age(times) >= hour && is_old
}

/// How long after a use of the session another one is noted.
fn renewal(framing: &Framing) -> Duration {
    let idle = if framing.is_remembered() { 14 * 24 } else { 1 };
    Duration::from_hours(idle) / 10
}

fn unavailable(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.body, "the session is unavailable\n");
    assert_eq!(answer.cookies(), Vec::<String>::new());
}

static SCENES: LazyLock<[Scene; 4]> = LazyLock::new(|| {
    let ring = || KeyRing::from_bytes(KEY).expect("it is a key");
    [
        Scene::new(None),
        Scene::new(Some(Sealing::Prepared(ring()))),
        Scene::new(Some(Sealing::Adopted(ring()))),
        Scene::new(Some(Sealing::Required(ring()))),
    ]
});

static SAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let own = &SCENES[0].record.fields;
    let head = Head { version: 2, oldest_reader: 1, is_sealed: false, name: NAME.to_owned() };
    let odd = b"\x04user\x05\"ann\"\x06visits\x03 7 \x06future\x03\xff\0\x80\x04cart\x07[\"tea\"]\
        \x07ratings\x13{\"a\":[1.5e3,-0.25]}\x04note\x08[[[[[[[[";
    let odd = &*[&head.write(), &odd[..]].concat();
    assert!(Framing::read(odd).is_some_and(|fields| fields.shop(Duration::ZERO).items == ["tea"]));
    let code = b"\x04code\x05\"123\"\x05theme\x06\"dark\"\x08pay.step\x012";
    let own_head = Head::read(own).expect("it is its own").0.write();
    let secret = [&b"\0\x29"[..], &[5; 32], &MOMENT.micros().to_le_bytes(), &[REPLACED]].concat();
    let deadline = b"\x0b.remembered\0\x04.ttl\x0d\x04code\x40\x42\x0f\0\0\0\0\0";
    let timed = [&own_head, &secret[..], deadline, code].concat();
    let untimed = [&own_head, &code[..]].concat();
    let unknown = [&own_head, &b"\x04user\x017"[..], code].concat();
    for (fields, code) in [(&timed, "123"), (&untimed, "123"), (&unknown, "")] {
        let shop = Framing::read(fields).expect("it is framed").shop(Duration::ZERO);
        assert_eq!((&*shop.code, &*shop.theme), (code, "dark"));
    }
    let fields = [&own[..], odd, &SCENES[3].record.fields, &timed, &untimed, &unknown];
    let modes = (0..128_u8).flat_map(|mode| fields.map(|fields| (mode, fields)));
    let sample = |(mode, fields): (u8, &[u8])| {
        if mode & HAS_TIMES == 0 {
            return vec![[&[mode], fields].concat()];
        }
        // One second is when the code runs out, and two hours ago the secret was new.
        let ages = [1, 2 * 3600].map(|seconds| usual_times(Duration::from_secs(seconds)));
        ages.map(|times| [&[mode], &times[..], fields].concat()).to_vec()
    };
    modes.flat_map(sample).collect()
});

/// The six times of a session of this age, which was not in use since it began.
fn usual_times(age: Duration) -> Vec<u8> {
    let (now, then) = (MOMENT, MOMENT.minus(age));
    let later = now.plus(Duration::from_mins(30));
    [now, then, then, then, later, later].map(|time| time.micros().to_le_bytes()).concat()
}

/// Six times, and what follows them.
fn odd_times(data: &[u8]) -> Option<(Times, &[u8])> {
    let (bytes, rest) = data.split_first_chunk::<48>()?;
    let time = |index: usize| {
        let bytes = bytes[8 * index..][..8].try_into().expect("there are eight");
        Timestamp::from_micros(i64::from_le_bytes(bytes))
    };
    let mut times = Times::new(time(0), time(1), time(3), time(4), time(5));
    times.authenticated = Some(time(2));
    Some((times, rest))
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    samples::mutate(data, size, max_size, seed, &SAMPLES)
});

fuzz_target!(|data: &[u8]| {
    let Some((&mode, data)) = data.split_first() else { return };
    let scene = &SCENES[usize::from(mode % 4)];
    let times = if mode & HAS_TIMES == 0 { None } else { odd_times(data) };
    let (times, fields) = times.unwrap_or((scene.record.times, data));
    let fields = if mode & IS_FORGED == 0 {
        fields.to_vec()
    } else {
        let sealed = seal(Place::Record(scene.record.handle.as_bytes()), fields);
        [Head::of_sealed().write(), sealed].concat()
    };
    let mut record = scene.record.clone();
    (record.fields, record.times) = (fields.into(), times);
    if mode & LOGS_IN != 0 {
        scene.logged_in(record);
    } else if mode & CONFLICTS == 0 {
        scene.loaded(record, mode & CHANGES != 0);
    } else {
        scene.met(record);
    }
    if mode & HAS_TIMES != 0 {
        scene.forget();
    }
});
