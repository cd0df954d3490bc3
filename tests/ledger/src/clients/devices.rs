//! What is done with a device's cookie, by its person or by somebody who watches.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_axum::Handle;

use super::http::Request;
use super::service::{Answer, Service};
use crate::ledger::{Change, Device, Finding, Violation};
use crate::page::Page;

/// The handle in the token that is this cookie's value.
pub(crate) fn handle(cookie: &str) -> String {
    let token = URL_SAFE_NO_PAD.decode(cookie).unwrap_or_default();
    token.first_chunk().map_or_else(String::new, |bytes| Handle::from_bytes(*bytes).to_string())
}

/// Changes a session.
pub(crate) async fn change(
    service: &Service,
    device: &Device,
    node: usize,
    change: Change,
    leave: Option<Duration>,
) {
    let cookie = device.cookie.as_deref().expect("a device that is used has one");
    let path = match change {
        Change::Visit => "/visit".to_owned(),
        Change::Note(number) => format!("/add/{number}"),
        Change::Choice(choice) => format!("/choose/{choice}"),
    };
    let ticket = service.ledger.begin(device, change);
    let request = Request { method: "POST", path: &path, cookie: Some(cookie) };
    let answer = service.ask(node, request, leave).await;
    service.ledger.finish(device, ticket, answer.came());
    if matches!(answer, Answer::Refused) {
        service.ledger.refused(device, cookie, &path);
    }
}

/// Reads a session by its cookie, and compares.
pub(crate) async fn read(service: &Service, device: &Device, node: usize) {
    let asked = Instant::now();
    // The newest cookie: a sealed one is what is promised.
    let device = service.ledger.session(device, |session| Device::of(session));
    let Some(cookie) = &device.cookie else { return };
    let Answer::Served(reply) = service.get(node, "/", Some(cookie)).await else { return };
    let Ok(page) = reply.body.parse::<Page>() else { return no_page(service, &reply.body) };
    if page == Page::default() {
        service.ledger.refused(&device, cookie, "a read");
    } else {
        service.ledger.compare(&device, &page, asked);
    }
}

/// Shows a cookie that must be good for nothing: nobody is logged in, nothing is changed.
pub(crate) async fn is_dead(service: &Service, device: &Device, cookie: &str, node: usize) {
    let number = service.ledger.number();
    if let Answer::Served(reply) = service.get(node, "/", Some(cookie)).await
        && reply.body.parse() != Ok(Page::default())
    {
        undone(service, device, &format!("a dead cookie shows {}", reply.body));
    }
    let path = format!("/add/{number}");
    if let Answer::Served(_) = service.post(node, &path, Some(cookie)).await {
        undone(service, device, &format!("a dead cookie adds note {number}"));
    }
}

fn undone(service: &Service, device: &Device, what: &str) {
    let ledger = &service.ledger;
    let at = ledger.session(device, |session| session.ended().or_else(|| session.given()));
    let at = ledger.person(device.user, |person| person.promised(at, ledger.outage()));
    let what = format!("{what}, of {} ({:?})", device.user, device.handle);
    ledger.report([Finding::new(Violation::Undone, at, what)]);
}

/// Lists a person's sessions, and compares. Nothing else may be asked of them meanwhile.
pub(crate) async fn list(service: &Service, user: u64, node: usize) {
    let asked = Instant::now();
    let Answer::Served(reply) = service.get(node, &format!("/list/{user}"), None).await else {
        return;
    };
    let listed: Vec<_> = reply.body.split_whitespace().collect();
    let ledger = &service.ledger;
    let findings =
        ledger.person(user, |person| person.compare_list(&listed, asked, ledger.outage()));
    ledger.report(findings);
}

/// Looks at what is stored, without a cookie, and compares.
pub(crate) async fn stored(service: &Service, device: &Device, node: usize) {
    let Some(handle) = &device.handle else { return };
    let asked = Instant::now();
    let path = format!("/stored/{handle}");
    let Answer::Served(reply) = service.get(node, &path, None).await else { return };
    if !reply.body.is_empty() {
        match reply.body.parse() {
            Ok(page) => service.ledger.compare(device, &page, asked),
            Err(_) => no_page(service, &reply.body),
        }
        return;
    }
    let finding = service.ledger.person(device.user, |person| {
        let session = person.session(device.number).filter(|session| session.is_live())?;
        session.doubt();
        let given = session.given();
        let what = format!("{handle} of {} lives and is not stored", device.user);
        let promised = person.promised(given, service.ledger.outage());
        Some(Finding::new(Violation::LostSession, promised, what))
    });
    service.ledger.report(finding);
}

fn no_page(service: &Service, body: &str) {
    let what = format!("no page: {body}");
    service.ledger.report([Finding::new(Violation::WrongAnswer, None, what)]);
}
