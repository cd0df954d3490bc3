//! Any bytes as a request's `Cookie` lines: 431 when they are too many, a session when they show
//! its one valid cookie exactly once, and otherwise the answer that nobody's request gets.

#![no_main]

use std::sync::LazyLock;

use axum::http::StatusCode;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use session_axum::Sessions;
use session_fuzz::lines::{Cookies, NAMES, cookie, lines};
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
    let samples = [
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

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    samples::mutate(data, size, max_size, seed, &SCENE.samples)
});

fuzz_target!(|data: &[u8]| {
    let Scene { site, shelf, token, member, nobody, .. } = &*SCENE;
    let lines = lines(data);
    let answer = site.ask(READ, &lines);
    let calls = shelf.calls();
    let Some(cookies) = Cookies::read(&lines) else {
        // Each name twice before the limit: then nothing after it needs to be read.
        assert!(answer.status == StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE || answer == *nobody);
        assert_eq!(calls, 0);
        return;
    };
    match cookies.one(NAMES[0]) {
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
