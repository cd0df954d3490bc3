//! The seen cookie beside a sealed session: any bytes as its value, and whatever a holder of the key
//! seals, for this session or for another, move the session's times on as far as they may and never
//! past its absolute limit; and they make no session of what is none.

#![no_main]

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use session_axum::{KeyRing, Sessions};
use session_fuzz::forge::{KEY, Place, open, seal};
use session_fuzz::framing::NAME;
use session_fuzz::lines::{Cookies, NAMES, cookie};
use session_fuzz::samples;
use session_fuzz::shelf::Shelf;
use session_fuzz::shop::{MOMENT, Site, TIMES};

/// The bits of an input's first byte.
const IS_FORGED: u8 = 1;
const IS_OF_ANOTHER: u8 = 2;
const HAS_TIMES: u8 = 4;
const IS_TWICE: u8 = 8;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

struct Scene {
    site: Site,
    /// A sealed session as its bytes.
    plain: Vec<u8>,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let ring = KeyRing::from_bytes(KEY).expect("it is a key");
    let site = Site::new(Sessions::sealed_cookie(ring).revocations(Shelf::default()));
    let value = site.begin(1).remove(0);
    let sealed = URL_SAFE_NO_PAD.decode(&value).expect("it is base64url");
    let plain = open(Place::Cookie, &sealed[1 + NAME.len()..]).expect("it has this format");
    Scene { site, plain }
});

/// When a session is what, in microseconds.
#[derive(Clone, Copy, Debug)]
struct Moments {
    created: i64,
    seen: i64,
    expires: i64,
    absolute: i64,
}

impl Moments {
    /// Of a session that was last in use half an hour ago.
    fn usual() -> Self {
        let now = MOMENT.micros();
        let (created, seen) = (now - 2 * HOUR, now - HOUR / 2);
        Self { created, seen, expires: seen + HOUR, absolute: now + HOUR * 3 / 2 }
    }

    /// Of these bytes, and what follows them.
    fn read(data: &[u8]) -> Option<(Self, &[u8])> {
        let (bytes, rest) = data.split_first_chunk::<24>()?;
        let time = |index: usize| moment(&bytes[6 * index..][..6]);
        let (created, seen, expires, absolute) = (time(0), time(1), time(2), time(3));
        Some((Self { created, seen, expires, absolute }, rest))
    }

    /// What a seen cookie of these bytes makes of them.
    fn moved(self, plain: &[u8]) -> Self {
        let &[1, ref moments @ ..] = plain else { return self };
        if moments.len() != 12 {
            return self;
        }
        let (seen, expires) = (moment(&moments[..6]), moment(&moments[6..]));
        if seen <= self.seen || seen > MOMENT.micros() + 300 * SECOND {
            return self;
        }
        Self { seen, expires: expires.min(self.absolute), ..self }
    }
}

/// Milliseconds in six bytes, the lowest first, as microseconds.
fn moment(bytes: &[u8]) -> i64 {
    let mut all = [0; 8];
    all[..6].copy_from_slice(bytes);
    i64::from_le_bytes(all) * 1000
}

fn bytes(micros: i64) -> [u8; 6] {
    let [bytes @ .., _, _] = (micros / 1000).to_le_bytes();
    bytes
}

impl Scene {
    fn handle(&self) -> [u8; 16] {
        self.plain[2..18].try_into().expect("it has 16 bytes")
    }

    /// The session's cookie, with these times.
    fn session(&self, times: Moments) -> HeaderValue {
        let Moments { created, seen, expires, absolute } = times;
        let moments = [created, created, seen, expires, absolute].map(bytes).concat();
        let plain = [&self.plain[..18], &moments, &self.plain[48..]].concat();
        let name = [&[u8::try_from(NAME.len()).expect("it is short")], NAME.as_bytes()].concat();
        let sealed = [name, seal(Place::Cookie, &plain)].concat();
        cookie(URL_SAFE_NO_PAD.encode(sealed).as_bytes())
    }

    fn check(&self, mode: u8, times: Moments, data: &[u8]) {
        let handle = self.handle();
        let is_forged = mode & IS_FORGED != 0;
        let is_of_another = mode & IS_OF_ANOTHER != 0;
        let place = if is_of_another { Place::Seen(&[1; 16]) } else { Place::Seen(&handle) };
        let value = if is_forged {
            URL_SAFE_NO_PAD.encode(seal(place, data)).into_bytes()
        } else {
            data.iter().copied().filter(|byte| !byte.is_ascii_control()).collect()
        };
        let name = format!("{}.seen=", NAMES[0]);
        let seen = HeaderValue::from_bytes(&[name.as_bytes(), &value].concat());
        let Ok(seen) = seen else { return };
        let mut lines = vec![self.session(times), seen.clone()];
        if mode & IS_TWICE != 0 {
            lines.insert(0, seen);
        }
        let Some(cookies) = Cookies::read(&lines) else { return };
        if cookies.one(NAMES[0]).is_none() {
            return;
        }
        // A handle says when it was generated, and the longest limit is 30 days.
        let absolute = times.absolute.min(MOMENT.micros() + 30 * DAY);
        let bounded = Moments { absolute, expires: times.expires.min(absolute), ..times };
        let is_read = is_forged && !is_of_another;
        let expected = if is_read { bounded.moved(data) } else { bounded };
        let now = MOMENT.micros();
        let is_from_the_future =
            times.seen > now + 300 * SECOND || times.absolute > now + 400 * DAY + 300 * SECOND;
        let is_live = now < expected.expires && !is_from_the_future;
        let answer = self.site.ask(TIMES, &lines);
        assert_eq!(answer.status, StatusCode::OK);
        let found: Option<(i64, i64)> =
            serde_json::from_slice(&answer.body).expect("it is the times");
        let ours = is_live.then_some((expected.created, expected.expires));
        assert_eq!(found, ours);
        assert!(found.is_none_or(|(_, expires)| expires <= times.absolute));
        let is_to_be_renewed = is_live && now - expected.seen >= HOUR / 10;
        let set = answer.cookies();
        assert_eq!(set.len(), usize::from(is_to_be_renewed));
        if let [value] = &set[..] {
            let sealed = URL_SAFE_NO_PAD.decode(value).expect("it is base64url");
            let plain = open(Place::Seen(&handle), &sealed).expect("it is the session's");
            let expires = (now + HOUR).min(absolute);
            assert_eq!(plain, [&[1][..], &bytes(now), &bytes(expires)].concat());
        }
    }
}

static SAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let Moments { created, seen, expires, absolute } = Moments::usual();
    let session = [created, seen, expires, absolute].map(bytes).concat();
    let now = MOMENT.micros();
    let moments = [now - HOUR / 20, now + 300 * SECOND, now + 301 * SECOND, now - HOUR];
    let plains = moments.map(|seen| [&[1][..], &bytes(seen), &bytes(seen + 4 * HOUR)].concat());
    let handle = SCENE.handle();
    let values = [
        URL_SAFE_NO_PAD.encode(seal(Place::Record(&handle), &plains[0])),
        URL_SAFE_NO_PAD.encode(seal(Place::Cookie, &plains[0])),
    ];
    let mut samples = Vec::new();
    for mode in 0..16 {
        let times = if mode & HAS_TIMES == 0 { &[][..] } else { &session };
        samples.extend(plains.iter().map(|plain| [&[mode][..], times, plain].concat()));
        samples.extend(values.iter().map(|value| [&[mode][..], times, value.as_bytes()].concat()));
    }
    samples
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    samples::mutate(data, size, max_size, seed, &SAMPLES)
});

fuzz_target!(|data: &[u8]| {
    let Some((&mode, data)) = data.split_first() else { return };
    let times = if mode & HAS_TIMES == 0 { None } else { Moments::read(data) };
    let (times, data) = times.unwrap_or((Moments::usual(), data));
    SCENE.check(mode, times, data);
});
