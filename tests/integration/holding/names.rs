//! Sessions are told apart by the names of their `Sessions`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Request};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use session_axum::{
    Builder, Handle, KeyRing, Sealing, Session, SessionCookie, SessionEvent, SessionState,
    Sessions, require_session, session,
};
use session_core::Now;
use session_tests::{Client, ProbedStore, TestStore, on_each_store};

on_each_store!(
    two_of_one_type_in_one_request_are_two,
    two_types_that_share_store_and_cookie_are_two,
    two_types_that_share_a_cookie_in_one_request_are_refused,
    a_renamed_struct_is_told_of_with_its_cure,
    an_alias_finds_the_sessions_of_the_former_name,
    the_name_lies_in_the_record_in_the_clear,
);

#[session]
#[derive(Debug)]
struct Account {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
}

/// By mistake on the same cookie and store.
#[session]
struct Admin {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
}

mod renamed {
    use super::session;

    /// `Account`, with a new name.
    #[session]
    pub(super) struct Member {
        #[session(principal)]
        pub(super) user: Option<String>,
        pub(super) visits: u64,
    }
}

mod aliased {
    use super::session;

    /// `Account`, with a new name that says what it was.
    #[session(alias = "Account")]
    pub(super) struct Member {
        #[session(principal)]
        pub(super) user: Option<String>,
        pub(super) visits: u64,
    }
}

macro_rules! handlers {
    ($module:ident, $session:ty) => {
        #[allow(dead_code, reason = "not every type needs every handler")]
        mod $module {
            use super::*;

            #[require_session]
            pub(super) async fn log_in(session: &mut Session<$session>) {
                session.user = Some("ann".to_owned());
                session.visits += 1;
            }

            #[require_session(authenticated)]
            pub(super) async fn members(session: &$session) -> String {
                format!("{:?} {}", session.user, session.visits)
            }

            #[require_session]
            pub(super) async fn around(
                session: &mut Session<$session>,
                request: Request,
                next: Next,
            ) -> Response {
                session.visits += 100;
                session.run(next, request).await
            }
        }
    };
}

handlers!(account, Account);
handlers!(admin, Admin);
handlers!(member, renamed::Member);
handlers!(aliased_member, aliased::Member);

fn sessions<T: SessionState, S: TestStore>(store: &ProbedStore<S>) -> Builder<T> {
    Sessions::builder(store.clone()).without_cleaner().deadline(Duration::from_secs(20))
}

#[derive(Clone)]
struct Public(Sessions<Account>);

impl FromRef<Public> for Sessions<Account> {
    fn from_ref(state: &Public) -> Self {
        state.0.clone()
    }
}

/// The public site's sessions stand around the back office's: two `Sessions<Account>` in one request.
async fn two_of_one_type_in_one_request_are_two<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let office_cookie = SessionCookie::host("office").expect("it is a name");
    let public = Public(sessions(&store).build().expect("the defaults are sound"));
    let office = sessions(&store).cookie(office_cookie).name("office").build();
    let office: Sessions<Account> = office.expect("it is a name");
    let inside = Router::new()
        .route("/office/members", get(account::members))
        .route("/office/log-in", post(account::log_in))
        .with_state(office.clone());
    let router = Router::new()
        .route("/members", get(account::members))
        .route("/log-in", post(account::log_in))
        .with_state(public.clone())
        .merge(inside)
        .layer(from_fn_with_state(public, account::around));
    let mut client = Client::new(&router);
    client.post("/log-in").await.ok();
    assert_eq!(client.get("/members").await.ok(), r#"Some("ann") 201"#);
    assert_eq!(client.get("/office/members").await.status, 401, "a public log-in opens no office");
    client.post("/office/log-in").await.ok();
    assert_eq!(client.get("/office/members").await.ok(), r#"Some("ann") 1"#);
    // Nor does its cookie under the office's name.
    let mut forger = Client::new(&router);
    forger.set("__Host-office", client.session().expect("it was set"));
    assert_eq!(forger.get("/office/members").await.status, 401);
    // Each has its own list.
    let listed = office.list(&"ann".to_owned()).await.expect("the store works");
    assert_eq!(listed.len(), 1);
    assert_eq!(office.revoke_all(&"ann".to_owned()).await.expect("the store works").ended(), 1);
    assert_eq!(client.get("/members").await.status, 200);
    assert_eq!(client.get("/office/members").await.status, 401);
}

/// What happened to cookies that were ignored.
type Told = Arc<Mutex<Vec<(Handle, String, String)>>>;

fn telling<T: SessionState>(builder: Builder<T>) -> (Builder<T>, Told) {
    let told = Told::default();
    let hook = Arc::clone(&told);
    let builder = builder.on_event(move |event| {
        if let SessionEvent::OtherName { handle, stored, expected } = event {
            let names = (*handle, (*stored).to_owned(), (*expected).to_owned());
            hook.lock().expect("nobody panics").push(names);
        }
    });
    (builder, told)
}

/// The value of a cookie with the same handle; a signature is left out.
fn session_of_another_secret(value: &str) -> String {
    format!("{}{}", &value[..24], "A".repeat(40))
}

async fn two_types_that_share_store_and_cookie_are_two<S: TestStore>(store: S) {
    for ring in [None, Some(KeyRing::generate().expect("there are random bytes"))] {
        let store = ProbedStore::new(store.another().await);
        let sealing = || {
            let ring = ring.as_ref()?;
            Some(Sealing::Required(KeyRing::parse(ring).expect("it is a ring")))
        };
        let (mut accounts, mut admins) =
            (sessions::<Account, S>(&store), sessions::<Admin, S>(&store));
        if let (Some(one), Some(other)) = (sealing(), sealing()) {
            (accounts, admins) = (accounts.sealing(one), admins.sealing(other));
        }
        let (admins, told) = telling(admins);
        let accounts: Sessions<Account> = accounts.build().expect("the defaults are sound");
        let admins: Sessions<Admin> = admins.build().expect("the defaults are sound");
        let router = Router::new()
            .route("/log-in", post(account::log_in))
            .with_state(accounts)
            .merge(Router::new().route("/admin", get(admin::members)).with_state(admins.clone()));
        let mut shopper = Client::new(&router);
        shopper.post("/log-in").await.ok();
        // Whoever knows no more than a handle is not told of: it is no secret.
        let mut guessing = Client::new(&router);
        let other = session_of_another_secret(shopper.session().expect("it was set"));
        guessing.set("__Host-session", &other);
        assert_eq!(guessing.get("/admin").await.status, 401);
        assert_eq!(told.lock().expect("nobody panics").len(), 0);
        assert_eq!(shopper.get("/admin").await.status, 401, "a shopper is no administrator");
        let told = told.lock().expect("nobody panics").clone();
        let [(_, stored, expected)] = &told[..] else { panic!("{told:?}") };
        assert_eq!((stored.as_str(), expected.as_str()), ("Account", "Admin"));
        assert_eq!(admins.list(&"ann".to_owned()).await.expect("the store works"), []);
        assert_eq!(admins.revoke_all(&"ann".to_owned()).await.expect("the store works").ended(), 0);
    }
    drop(store);
}

async fn two_types_that_share_a_cookie_in_one_request_are_refused<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let accounts: Sessions<Account> = sessions(&store).build().expect("the defaults are sound");
    let admins: Sessions<Admin> = sessions(&store).build().expect("the defaults are sound");
    let router = Router::new()
        .route("/admin", post(admin::log_in))
        .with_state(admins)
        .layer(from_fn_with_state(accounts, account::around));
    assert_eq!(Client::new(&router).post("/admin").await.status, 500);
    assert_eq!(store.take_calls(), []);
}

async fn a_renamed_struct_is_told_of_with_its_cure<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let before: Sessions<Account> = sessions(&store).build().expect("the defaults are sound");
    let mut client =
        Client::new(&Router::new().route("/log-in", post(account::log_in)).with_state(before));
    client.post("/log-in").await.ok();
    let (after, told) = telling(sessions::<renamed::Member, S>(&store));
    let after = after.build().expect("the defaults are sound");
    let router = Router::new().route("/members", get(member::members)).with_state(after);
    assert_eq!(client.switch_to(&router).get("/members").await.status, 401);
    let told = told.lock().expect("nobody panics").clone();
    let [(_, stored, expected)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((stored.as_str(), expected.as_str()), ("Account", "Member"));
    // It stays where it is: whoever rolls back has it again.
    assert_eq!(store.records(Now::Store).await.len(), 1);
}

async fn an_alias_finds_the_sessions_of_the_former_name<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let before: Sessions<Account> = sessions(&store).build().expect("the defaults are sound");
    let old = Router::new()
        .route("/log-in", post(account::log_in))
        .route("/members", get(account::members))
        .with_state(before);
    let mut client = Client::new(&old);
    client.post("/log-in").await.ok();
    let after: Sessions<aliased::Member> =
        sessions(&store).build().expect("the defaults are sound");
    let new = Router::new()
        .route("/members", get(aliased_member::members))
        .route("/log-in", post(aliased_member::log_in))
        .with_state(after.clone());
    assert_eq!(client.switch_to(&new).get("/members").await.ok(), r#"Some("ann") 1"#);
    // What the new release writes, the old one finds: they run side by side during a deploy.
    client.post("/log-in").await.ok();
    assert_eq!(client.get("/members").await.ok(), r#"Some("ann") 2"#);
    assert_eq!(client.switch_to(&old).get("/members").await.ok(), r#"Some("ann") 2"#);
    // A session that begins has the new name; both are found by their principal.
    Client::new(&new).post("/log-in").await.ok();
    assert_eq!(after.list(&"ann".to_owned()).await.expect("the store works").len(), 2);
    assert_eq!(after.revoke_all(&"ann".to_owned()).await.expect("the store works").ended(), 2);
}

async fn the_name_lies_in_the_record_in_the_clear<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let ring = KeyRing::parse(&KeyRing::generate().expect("random")).expect("it is a ring");
    let sealed = sessions::<Account, S>(&store).sealing(Sealing::Required(ring)).name("front");
    let sealed = sealed.build().expect("the defaults are sound");
    let router = Router::new().route("/log-in", post(account::log_in)).with_state(sealed);
    Client::new(&router).post("/log-in").await.ok();
    let record = store.records(Now::Store).await.pop().expect("it was stored");
    assert!(record.fields.windows(5).any(|part| part == b"front"));
    assert!(!record.fields.windows(3).any(|part| part == b"ann"));
}
