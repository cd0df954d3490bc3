//! Form tokens while secrets are renewed by age: pages with forms renew them too, and no form of a
//! page from before is dead when it arrives.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use session_core::Now;
use session_tests::{Client, TestStore, on_each_store};
use sha2::Sha256;

use super::app::{TestApp, parts};

on_each_store!(
    a_page_with_a_form_token_renews_the_secret_too,
    a_form_token_outlives_renewals_and_no_rotation,
    a_page_on_its_way_with_the_predecessor_has_a_good_token,
    a_page_on_its_way_while_the_secret_is_renewed_has_a_good_token,
    what_is_stored_after_a_renewal_makes_no_token,
);

const MINUTE: Duration = Duration::from_mins(1);

/// An hour passes, in which the client is there.
async fn an_hour_passes<S: TestStore>(app: &TestApp<S>, client: &mut Client) {
    app.clock.advance(30 * MINUTE);
    assert_eq!(client.get("/look").await.set_cookie(), None);
    app.clock.advance(30 * MINUTE);
}

/// Whether the form with this token is taken.
async fn is_taken(client: &mut Client, token: &str) -> bool {
    let status = client.post(&format!("/form/{token}")).await.status;
    assert!(status == 200 || status == 403, "{status}");
    status == 200
}

fn secret(client: &Client) -> [u8; 32] {
    parts(client.session().expect("it has a cookie")).1
}

async fn a_page_with_a_form_token_renews_the_secret_too<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    let before = client.get("/form").await.ok();
    an_hour_passes(&app, &mut client).await;
    let mut lost = client.clone();
    let page = client.get("/form").await;
    assert!(page.set_cookie().is_some(), "otherwise a site of forms would never renew one");
    assert_ne!(secret(&client), secret(&lost));
    let token = page.ok();
    for token in [&token, &before] {
        assert!(is_taken(&mut lost, token).await, "if the new secret did not arrive");
    }
    for token in [&token, &before] {
        assert!(is_taken(&mut client, token).await, "if it did");
        assert!(is_taken(&mut lost, token).await, "and for those on their way");
    }
    assert!(!is_taken(&mut app.log_in_as("ann").await, &token).await, "another session");
}

async fn a_form_token_outlives_renewals_and_no_rotation<S: TestStore>(store: S) {
    for (number, ends) in
        ["/rotate", "/log-in-again", "/log-in/bob", "/sign-off"].iter().enumerate()
    {
        let app = TestApp::new(store.clone());
        let mut client = app.log_in_as(&format!("ann-{number}")).await;
        let mut tokens = vec![client.get("/form").await.ok()];
        for _ in 0..3 {
            let old = secret(&client);
            an_hour_passes(&app, &mut client).await;
            // A successor that is lost is followed by another.
            client.clone().get("/form").await.ok();
            app.clock.advance(2 * MINUTE);
            let mut predecessor = client.clone();
            tokens.push(client.get("/form").await.ok());
            assert_ne!(secret(&client), old);
            assert!(is_taken(&mut predecessor, &tokens[0]).await);
            for token in &tokens {
                assert!(is_taken(&mut client, token).await);
            }
        }
        client.post(ends).await.ok();
        let records = app.store.records(Now::At(app.clock.now())).await;
        let fields = &records.last().expect("it is stored").fields;
        assert!(!fields.windows(5).any(|name| name == b".form"), "nothing of it is kept");
        for token in &tokens {
            assert!(!is_taken(&mut client, token).await, "{ends}");
        }
        let token = client.get("/form").await.ok();
        assert!(is_taken(&mut client, &token).await, "{ends}");
        an_hour_passes(&app, &mut client).await;
        client.get("/look").await.ok();
        assert!(is_taken(&mut client, &token).await, "{ends}");
        assert!(!is_taken(&mut client, &tokens[0]).await, "{ends}");
    }
}

async fn a_page_on_its_way_with_the_predecessor_has_a_good_token<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    an_hour_passes(&app, &mut client).await;
    let mut on_its_way = client.clone();
    client.get("/look").await.ok();
    client.get("/look").await.ok();
    assert_ne!(secret(&client), secret(&on_its_way));
    let token = on_its_way.get("/form").await.ok();
    assert!(is_taken(&mut client, &token).await);
}

/// The page was made before the new secret was, and its form comes with that.
async fn a_page_on_its_way_while_the_secret_is_renewed_has_a_good_token<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    let token = client.get("/form").await.ok();
    an_hour_passes(&app, &mut client).await;
    assert!(client.get("/look").await.set_cookie().is_some());
    assert!(is_taken(&mut client, &token).await);
}

/// Whoever reads the store has no secret, and so no code.
async fn what_is_stored_after_a_renewal_makes_no_token<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    an_hour_passes(&app, &mut client).await;
    let token = client.get("/form").await.ok();
    client.get("/look").await.ok();
    let records = app.store.records(Now::At(app.clock.now())).await;
    let record = records.last().expect("it is stored");
    let stored = [record.digest.as_bytes(), &*record.fields].concat();
    let made_with = |key: &[u8]| {
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
        mac.chain_update("session form token").finalize().into_bytes().to_vec()
    };
    for guess in stored.windows(32) {
        for code in [guess.to_vec(), made_with(guess)] {
            let forged = URL_SAFE_NO_PAD.encode([vec![0; 32], code].concat());
            assert!(!is_taken(&mut client, &forged).await);
        }
    }
    assert!(is_taken(&mut client, &token).await);
}
