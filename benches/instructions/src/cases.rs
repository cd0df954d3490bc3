//! What is counted: whole requests on each kind of session, and what differs by one step.

use std::hint::black_box;
use std::pin::Pin;

use axum::http::HeaderValue;
use session_axum::{Builder, KeyRing, MemoryStore, Sealing, Sessions, merge};
use site::{Shop, Site, cookie};

use crate::wide;

/// Something to do so many times.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(usize) -> Done,
}

type Done = Pin<Box<dyn Future<Output = ()>>>;

macro_rules! cases {
    ($($name:literal, $about:literal, $run:expr;)*) => {
        &[$(Case { name: $name, about: $about, run: |times| Box::pin($run(times)) }),*]
    };
}

pub(crate) const ALL: &[Case] = cases! {
    "plain", "a request without a session", |times| ask("/plain", memory(), times);
    "read", "read", |times| ask("/read", memory(), times);
    "write", "write", |times| ask("/write", memory(), times);
    "login", "log-in, which generates and encodes a token", |times| follow("/login", memory(), times);
    "begin", "a session begins", |times| anonymous("/begin", times);
    "none", "read without a cookie", |times| anonymous("/read", times);
    "foreign", "read with a token of no session: the token is parsed, and looked up", foreign;
    "header", "read with ten cookies of others before it: the header is parsed", header;
    "sealed read", "read, sealed at rest: the signature is checked, the record opened", |times| ask("/read", at_rest(), times);
    "sealed write", "write, sealed at rest: the record is sealed too", |times| ask("/write", at_rest(), times);
    "cookie read", "read of a sealed cookie", |times| ask("/read", in_cookie(), times);
    "cookie write", "write of a sealed cookie", |times| follow("/write", in_cookie(), times);
    "update", "`update` that changes nothing: a record is loaded", |times| update(times, 0);
    "read of 62 kB", "read of a session of 62 kB: no byte of it is looked at", large;
    "write of 5", "write that changes one of five fields, each of a name of eight letters", |times| wide::write("/five", times);
    "write of 50", "the same of fifty such fields", |times| wide::write("/fifty", times);
    "encode", "`update` that adds one: it is encoded and stored too", |times| update(times, 1);
    "decode", "the same, and a read on another node, which decodes what it has not written", decode;
    "merge", "a cart of ten merged with one appended on either side", carts;
};

fn memory() -> Builder<Shop> {
    Sessions::builder(MemoryStore::new())
}

fn ring() -> KeyRing {
    KeyRing::from_bytes([7; 32]).expect("it is long enough")
}

fn at_rest() -> Builder<Shop> {
    memory().sealing(Sealing::Required(ring()))
}

fn in_cookie() -> Builder<Shop> {
    Sessions::sealed_cookie(ring()).accept_replay_until_expiry()
}

async fn ask(path: &'static str, builder: Builder<Shop>, times: usize) {
    let site = Site::new(builder).await;
    for _ in 0..times {
        site.ask(path, Some(&site.cookie)).await;
    }
}

async fn anonymous(path: &'static str, times: usize) {
    let site = Site::new(memory()).await;
    for _ in 0..times {
        site.ask(path, None).await;
    }
}

/// Each response has the cookie for the next request.
async fn follow(path: &'static str, builder: Builder<Shop>, times: usize) {
    let mut site = Site::new(builder).await;
    for _ in 0..times {
        site.cookie = cookie(site.ask(path, Some(&site.cookie)).await.headers());
    }
}

async fn decode(times: usize) {
    let store = MemoryStore::new();
    let here = Site::on(store.clone()).await;
    let there = Site::on(store).await;
    let handle = here.handle().await;
    for _ in 0..times {
        let updated = here.sessions.update(&handle, |shop| shop.counter += 1).await;
        updated.expect("the session is there");
        there.ask("/read", Some(&here.cookie)).await;
    }
}

async fn foreign(times: usize) {
    let (site, other) = (Site::new(memory()).await, Site::new(memory()).await);
    for _ in 0..times {
        site.ask("/read", Some(&other.cookie)).await;
    }
}

async fn header(times: usize) {
    let site = Site::new(memory()).await;
    let own = site.cookie.to_str().expect("a cookie is in ASCII");
    let cookies = "another-cookie=its-value; ".repeat(10) + own;
    let cookies = HeaderValue::from_str(&cookies).expect("it was a header before");
    for _ in 0..times {
        site.ask("/read", Some(&cookies)).await;
    }
}

async fn large(times: usize) {
    let site = Site::new(memory()).await;
    let handle = site.handle().await;
    let updated = site.sessions.update(&handle, |shop| shop.name = "n".repeat(62_000)).await;
    updated.expect("the session is there");
    for _ in 0..times {
        site.ask("/read", Some(&site.cookie)).await;
    }
}

async fn update(times: usize, more: u64) {
    let site = Site::new(memory()).await;
    let handle = site.handle().await;
    for _ in 0..times {
        let updated = site.sessions.update(&handle, move |shop| shop.counter += more).await;
        updated.expect("the session is there");
    }
}

fn carts(times: usize) -> std::future::Ready<()> {
    let base = shop::Shop::of(1).cart;
    let mine = [&base[..], &["mine".to_owned()]].concat();
    let theirs = [&base[..], &["theirs".to_owned()]].concat();
    for _ in 0..times {
        black_box(merge::append(black_box(&base), black_box(&mine), black_box(&theirs)));
    }
    std::future::ready(())
}
