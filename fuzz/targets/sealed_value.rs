//! Sessions kept in their cookies: any bytes as `Cookie` lines are nobody unless they show the very
//! value that was sealed, in however many cookies; and what a holder of the key seals is read with
//! the same care, whatever it is.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use session_axum::{KeyRing, Sessions};
use session_fuzz::forge::{KEY, Place, open, seal};
use session_fuzz::framing::{Framing, NAME, Stored};
use session_fuzz::lines::{Cookies, lines};
use session_fuzz::samples;
use session_fuzz::shelf::Shelf;
use session_fuzz::shop::{Answer, CHANGE, MOMENT, READ, Shop, Site};

/// Begins an input whose rest is sealed, to be read or to be changed.
const FORGED: [u8; 2] = [3, 4];

struct Scene {
    site: Site,
    shelf: Shelf,
    /// Each value that is a session, and what it is answered.
    members: Vec<(Vec<u8>, Answer)>,
    nobody: Answer,
    samples: Vec<Vec<u8>>,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let shelf = Shelf::default();
    let ring = KeyRing::from_bytes(KEY).expect("it is a key");
    let site = Site::new(Sessions::sealed_cookie(ring).chunks(3).revocations(shelf.clone()));
    let nobody = site.ask(READ, &[]);
    let (mut members, mut samples) = (Vec::new(), Vec::new());
    for (note, count) in [(1, 1), (3500, 2), (8000, 3)] {
        let parts = site.begin(note);
        assert_eq!(parts.len(), count);
        let names = ["\0", ";\u{1}", "\n\u{2}"];
        let sample: String = names.into_iter().zip(&parts).flat_map(|(a, b)| [a, b]).collect();
        let lines = lines(sample.as_bytes());
        let answer = site.ask(READ, &lines);
        assert_eq!(answer.shop().note.len(), note);
        let value = Cookies::read(&lines).and_then(|cookies| cookies.whole()).expect("it is whole");
        let sealed = URL_SAFE_NO_PAD.decode(&value).expect("it is base64url");
        let sealed = sealed.strip_prefix(&*prefix()).expect("it has this format");
        let plain = open(Place::Cookie, sealed).expect("it was sealed in this format");
        members.push((value, answer));
        samples.push(sample.into_bytes());
        samples.extend(FORGED.map(|first| [&[first][..], &plain].concat()));
    }
    shelf.calls();
    Scene { site, shelf, members, nobody, samples }
});

impl Scene {
    fn shown(&self, lines: &[HeaderValue]) {
        let answer = self.site.ask(READ, lines);
        let calls = self.shelf.calls();
        let Some(cookies) = Cookies::read(lines) else {
            // Each name twice before the limit: then nothing after it needs to be read.
            let refused = answer.status == StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            assert!(refused || answer == self.nobody);
            assert_eq!(calls, 0);
            return;
        };
        let value = cookies.whole();
        let member = self.members.iter().find(|(own, _)| value.as_ref() == Some(own));
        let expected = member.map_or((&self.nobody, 0), |(_, answer)| (answer, 1));
        assert_eq!((&answer, calls), expected);
    }

    fn forged(&self, plain: &[u8], changes: bool) {
        let sealed = [prefix(), seal(Place::Cookie, plain)].concat();
        let value = URL_SAFE_NO_PAD.encode(sealed);
        let parts: Vec<&[u8]> = value.as_bytes().chunks(4000).collect();
        if parts.len() > 3 {
            return;
        }
        let count = if parts.len() > 1 { format!("{}.", parts.len()) } else { String::new() };
        let mut data = [b"\0", count.as_bytes()].concat();
        for (name, part) in (1..).zip(parts) {
            data.extend([part, b";", &[name]].concat());
        }
        data.truncate(data.len() - 2);
        let answer = self.site.ask(if changes { CHANGE } else { READ }, &lines(&data));
        assert!(self.shelf.calls() <= 1 + usize::from(changes));
        let status = match expected(plain) {
            Expected::Nobody => {
                assert!(changes || answer == self.nobody);
                StatusCode::OK
            }
            Expected::Unreadable => StatusCode::SERVICE_UNAVAILABLE,
            Expected::Session { shop, has_deadline } => {
                if !changes {
                    let found = answer.shop();
                    // It may be known from an input before that the code has run out.
                    let is_over = has_deadline && found.code.is_empty();
                    let shop = if is_over { Shop { code: String::new(), ..shop } } else { shop };
                    assert_eq!(found, shop);
                } else if answer.status == StatusCode::OK {
                    assert_eq!(answer.body, shop.visits.wrapping_add(1).to_string());
                }
                StatusCode::OK
            }
        };
        // A change may make it too large for its cookies.
        let grown = changes && answer.status == StatusCode::INTERNAL_SERVER_ERROR;
        assert!(grown || answer.status == status, "{} is not {status}", answer.status);
        assert!(answer.status == StatusCode::OK || answer.cookies().is_empty());
    }
}

/// The name that stands before the sealed bytes, after its length.
fn prefix() -> Vec<u8> {
    let length = u8::try_from(NAME.len()).expect("it is short");
    [&[length], NAME.as_bytes()].concat()
}

enum Expected {
    Nobody,
    Unreadable,
    Session { shop: Shop, has_deadline: bool },
}

/// A version, flags, handle, five times in milliseconds, the revision with its length, and the
/// fields.
fn expected(plain: &[u8]) -> Expected {
    let Some((head, rest)) = plain.split_first_chunk::<48>().filter(|(head, _)| head[0] == 2)
    else {
        return Expected::Nobody;
    };
    let fields = rest.split_first().filter(|(length, _)| **length <= 8);
    let fields = fields.and_then(|(&length, rest)| rest.get(usize::from(length)..));
    let Some(fields) = fields else { return Expected::Nobody };
    let time = |index: usize| {
        let mut bytes = [0; 8];
        bytes[..6].copy_from_slice(&head[18 + 6 * index..][..6]);
        i64::from_le_bytes(bytes) * 1000
    };
    let (seen, expires, absolute) = (time(2), time(3), time(4));
    let age = Duration::from_micros((MOMENT.micros() - time(0)).try_into().unwrap_or(0));
    let latest = |seconds: u64| MOMENT.plus(Duration::from_secs(seconds)).micros();
    // A handle of version 7 says when it was generated, and the longest limit is 30 days.
    let generated = match head[8] >> 4 {
        7 => {
            i64::from_be_bytes([&[0; 2][..], &head[2..8]].concat().try_into().expect("eight"))
                * 1000
        }
        _ => 0,
    };
    let expires = expires.min(absolute).min(generated + 30 * 86_400_000_000);
    if expires <= MOMENT.micros() || seen > latest(300) || absolute > latest(400 * 86_400 + 300) {
        return Expected::Nobody;
    }
    match Stored::read(fields) {
        Stored::Nobody => Expected::Nobody,
        Stored::Unreadable | Stored::Sealed(_) => Expected::Unreadable,
        Stored::Fields => Framing::read(fields).map_or(Expected::Unreadable, |fields| {
            Expected::Session { shop: fields.shop(age), has_deadline: fields.has_deadline() }
        }),
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    samples::mutate(data, size, max_size, seed, &SCENE.samples)
});

fuzz_target!(|data: &[u8]| {
    match data {
        [first, plain @ ..] if FORGED.contains(first) => SCENE.forged(plain, *first == FORGED[1]),
        _ => SCENE.shown(&lines(data)),
    }
});
