//! What `main` returns is printed by `Debug`: of every error, words that name the cause.

use std::fmt::Debug;
use std::io;
use std::time::Duration;

use session_core::store::StoreError;
use session_core::{
    Engine, Error, Handle, KeyRing, Lifetime, MemoryStore, RandomError, Refusal, SessionCookie,
    session,
};

#[session]
struct Shop {
    visits: u64,
}

fn assert_words(error: &impl Debug, words: &str) {
    assert_eq!(format!("{error:?}"), words);
    assert_eq!(format!("{error:#?}"), words);
}

#[test]
fn a_wrong_configuration_reads_as_a_sentence() {
    assert_words(
        &KeyRing::parse("secret").unwrap_err(),
        "key 1 is not 32 bytes in base64: generate one with `head -c 32 /dev/urandom | base64`",
    );
    assert_words(
        &KeyRing::from_file("/nowhere/keys").unwrap_err(),
        "the key file /nowhere/keys cannot be read: No such file or directory (os error 2)",
    );
    assert_words(
        &Engine::<Shop>::builder(MemoryStore::new()).deadline(Duration::ZERO).build().unwrap_err(),
        "the store's deadline is zero: every request would be answered 503",
    );
    assert_words(
        &Engine::<Shop>::builder(MemoryStore::new()).trusted_origin("shop.example").unwrap_err(),
        "`shop.example` is no origin as browsers send it: begin with the scheme, as in `https://shop.example`",
    );
    assert_words(
        &Lifetime::new(Duration::from_mins(1), Duration::from_secs(90)).unwrap_err(),
        "the idle limit of 90s would never be reached within the absolute one of 60s: `Lifetime::new(absolute, idle)`",
    );
    assert_words(
        &SessionCookie::host("a b").unwrap_err(),
        "`a b` is no cookie name: use 1 to 64 letters, digits, `-` or `_`, without the `__Host-` or `__Secure-` that is put before it",
    );
}

#[test]
fn what_fails_in_a_request_says_why() {
    let store = || StoreError::failed(io::Error::other("connection refused"));
    assert_words(&store(), "the session store failed: connection refused");
    let words =
        "the session could not be read or saved: the session store failed: connection refused";
    assert_words(&Error::from(store()), words);
    assert_words(&Refusal::from(Error::from(store())), words);
    assert_words(
        &Error::from(RandomError::new("no entropy")),
        "the session could not be given a token: the random source failed, so no session token could be generated: no entropy",
    );
    assert_words(
        &"12".parse::<Handle>().unwrap_err(),
        "not a session handle: expected a UUID such as 0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b: invalid length: found 2",
    );
}
