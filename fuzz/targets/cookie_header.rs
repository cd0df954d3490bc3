//! Any bytes as a request's `Cookie` lines: 431 when they are too many, a session when they show
//! its one valid cookie exactly once, and otherwise the answer that nobody's request gets.

#![no_main]

use std::sync::LazyLock;

use axum::http::StatusCode;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use session_axum::{SessionCookie, Sessions};
use session_fuzz::lines::{Cookies, DOMAIN_NAMES, cookie, lines, lines_of};
use session_fuzz::samples;
use session_fuzz::shelf::Shelf;
use session_fuzz::shop::{Answer, READ, Site};

struct Scene {
    site: Site,
    shelf: Shelf,
    token: String,
    member: Answer,
    nobody: Answer,
    samples: Vec<Vec<u8>>,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let shelf = Shelf::default();
    let site = Site::new(Sessions::builder(shelf.clone()));
    let token = site.begin(1).remove(0);
    shelf.lay(shelf.inserted());
    let nobody = site.ask(READ, &[]);
    let member = site.ask(READ, &[cookie(token.as_bytes())]);
    assert_eq!((nobody.shop().note.len(), member.shop().note.len()), (0, 1));
    shelf.calls();
    let [one, two] = [0, 1].map(|index| &DOMAIN.members[index].0);
    let samples = [
        format!("\0{one}; \0{two}"),
        format!("\0{one}; \0a; \0{}", two.replace('a', "b")),
        format!("\0a\n\0{two}; \0{two}; \0b"),
        format!("\0{two}; \u{1}b"),
        format!("\0{token}"),
        format!("a=1; \0\t{token} ;b"),
        format!("a=\u{e9}\n\0{token}"),
        format!("\0{token}; \0{token}"),
        format!("{}\0{token}", "a=1;".repeat(127)),
        format!("\0{}", "3.".repeat(8000)),
        format!("\0{}2.a;\u{1}b;\u{2}c", " ".repeat(300)),
    ];
    let samples = samples.map(String::into_bytes).to_vec();
    Scene { site, shelf, token, member, nobody, samples }
});

/// Cookies of a domain, and two live sessions.
struct Domain {
    site: Site,
    shelf: Shelf,
    members: [(String, Answer); 2],
    nobody: Answer,
}

static DOMAIN: LazyLock<Domain> = LazyLock::new(|| {
    let shelf = Shelf::default();
    let cookie = SessionCookie::domain("session", "example.com").expect("it is a domain");
    assert_eq!(cookie.name(), DOMAIN_NAMES[0]);
    let site = Site::new(Sessions::builder(shelf.clone()).cookie(cookie));
    let one = site.begin(1).remove(0);
    shelf.lay(shelf.inserted());
    let two = site.begin(2).remove(0);
    shelf.lay_beside(shelf.inserted());
    let members = [(one, 1), (two, 2)].map(|(token, note)| {
        let line = format!("{}={token}", DOMAIN_NAMES[0]);
        let line = line.try_into().expect("a token is fit for a header");
        let answer = site.ask(READ, &[line]);
        assert_eq!(answer.shop().note.len(), note);
        (token, answer)
    });
    let nobody = site.ask(READ, &[]);
    Domain { site, shelf, members, nobody }
});

impl Domain {
    fn check(&self, data: &[u8]) {
        let lines = lines_of(&DOMAIN_NAMES, data);
        self.shelf.calls();
        let answer = self.site.ask(READ, &lines);
        let Some(cookies) = Cookies::read(&lines) else {
            assert_eq!(answer.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
            assert_eq!(self.shelf.calls(), 0);
            return;
        };
        let values = cookies.all(DOMAIN_NAMES[0]);
        let has_parts = DOMAIN_NAMES[1..].iter().any(|name| !cookies.all(name).is_empty())
            || values.iter().any(|value| value.get(1) == Some(&b'.'));
        let whole = cookies.whole_of(&DOMAIN_NAMES);
        let values = match &whole {
            Some(whole) => vec![&**whole],
            None if values.len() > 4 || has_parts => Vec::new(),
            None => values,
        };
        let is_shown = |token: &str| values.contains(&token.as_bytes());
        let mut live = self.members.iter().filter(|(token, _)| is_shown(token));
        let expected = match (live.next(), live.next()) {
            (Some((_, answer)), None) => answer,
            _ => &self.nobody,
        };
        assert_eq!(answer, *expected);
        // Each is looked up once to tell what it is, and once to load it.
        assert!(self.shelf.calls() <= 2 * values.len());
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    samples::mutate(data, size, max_size, seed, &SCENE.samples)
});

fuzz_target!(|data: &[u8]| {
    DOMAIN.check(data);
    let Scene { site, shelf, token, member, nobody, .. } = &*SCENE;
    let lines = lines(data);
    let answer = site.ask(READ, &lines);
    let calls = shelf.calls();
    let Some(cookies) = Cookies::read(&lines) else {
        assert_eq!(answer.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        assert_eq!(calls, 0);
        return;
    };
    match cookies.whole() {
        Some(value) if value == token.as_bytes() => {
            assert_eq!(answer, *member);
            assert_eq!(calls, 1);
        }
        Some(value) if value.len() == token.len() => assert_eq!(answer, *nobody),
        _ => {
            assert_eq!(answer, *nobody);
            assert_eq!(calls, 0);
        }
    }
});
