//! Any value of the session cookie, without keys and at each step of adopting them: the spelling
//! that was issued is its session, every other one is nobody, and the store is asked for nothing
//! but what is spelled as a token and, where cookies must be signed, signed.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use session_axum::{KeyRing, Sealing, Sessions};
use session_fuzz::forge::KEY;
use session_fuzz::lines::{Cookies, NAMES, cookie};
use session_fuzz::samples;
use session_fuzz::shelf::Shelf;
use session_fuzz::shop::{Answer, READ, Site};

struct Scene {
    site: Site,
    shelf: Shelf,
    /// Each value that is the session, and what it is answered.
    members: Vec<(String, Answer)>,
    nobody: Answer,
    takes_unsigned: bool,
}

impl Scene {
    fn new(sealing: Option<Sealing>, takes: &[&str]) -> Self {
        let takes_unsigned = !matches!(sealing, Some(Sealing::Required(_)));
        let shelf = Shelf::default();
        let builder = Sessions::builder(shelf.clone());
        let site = Site::new(match sealing {
            Some(sealing) => builder.sealing(sealing),
            None => builder,
        });
        site.begin(1);
        shelf.lay(shelf.inserted());
        let nobody = site.ask(READ, &[]);
        assert_eq!(nobody.shop().note, "");
        let member = |value: &&str| {
            let answer = site.ask(READ, &[cookie(value.as_bytes())]);
            assert_eq!(answer.shop().note, "x");
            ((*value).to_owned(), answer)
        };
        let members = takes.iter().map(member).collect();
        shelf.calls();
        Self { site, shelf, members, nobody, takes_unsigned }
    }

    fn check(&self, value: &[u8]) {
        let lines = [cookie(value)];
        let answer = self.site.ask(READ, &lines);
        let calls = self.shelf.calls();
        let cookies = Cookies::read(&lines).expect("it is one pair, and not long");
        let value = cookies.one(NAMES[0]).expect("it is there");
        if let Some((_, expected)) = self.members.iter().find(|(own, _)| own.as_bytes() == value) {
            // One that should be signed, or not signed, is set anew, after that was written.
            assert_eq!((&answer, calls), (expected, 1 + expected.cookies().len()));
            return;
        }
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        let is_token = value.len() == 64 && value.iter().all(is_letter);
        let expected = usize::from(is_token && self.takes_unsigned);
        assert_eq!((&answer, calls), (&self.nobody, expected));
    }
}

/// The session's token without and with a signature: every scene draws the same.
static SPELLINGS: LazyLock<[String; 2]> = LazyLock::new(|| {
    let plain = Sessions::builder(Shelf::default());
    let signed = Sessions::builder(Shelf::default()).sealing(Sealing::Required(ring()));
    let [plain, signed] = [plain, signed].map(|builder| Site::new(builder).begin(1).remove(0));
    assert!(signed.starts_with(&plain));
    assert_eq!((plain.len(), signed.len()), (64, 96));
    [plain, signed]
});

static SCENES: LazyLock<[Scene; 4]> = LazyLock::new(|| {
    let [plain, signed] = &*SPELLINGS;
    [
        Scene::new(None, &[plain]),
        Scene::new(Some(Sealing::Prepared(ring())), &[plain, signed]),
        Scene::new(Some(Sealing::Adopted(ring())), &[plain, signed]),
        Scene::new(Some(Sealing::Required(ring())), &[signed]),
    ]
});

static SAMPLES: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| SPELLINGS.iter().map(|value| value.clone().into_bytes()).collect());

fn ring() -> KeyRing {
    KeyRing::from_bytes(KEY).expect("it is a key")
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    samples::mutate(data, size, max_size, seed, &SAMPLES)
});

fuzz_target!(|data: &[u8]| {
    for scene in &*SCENES {
        scene.check(data);
    }
});
