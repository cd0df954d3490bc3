//! What a forged record costs: an error, or a default, and little memory. A binary of its own with one test, because
//! it counts the bytes of its process.

use axum::Router;
use axum::routing::get;
use peak_alloc::PeakAlloc;
use session_axum::Store as _;
use session_axum::{MemoryStore, Sessions, require_session, session};
use session_core::Now;
use session_core::store::Updated;
use session_test_support::records::{update_of, with};
use session_tests::{Client, ProbedStore};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// What a request may take for a record that claims much.
const LIMIT: usize = 64 * 1024;

#[session]
struct Shop {
    cart: Vec<String>,
    tree: Tree,
    anything: serde_json::Value,
}

/// As deep as somebody likes.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Tree(Vec<Tree>);

#[require_session]
async fn fill(shop: &mut Shop) {
    shop.cart.push("tea".to_owned());
}

#[require_session]
async fn look(shop: &Shop) -> String {
    format!("{} {} {}", shop.cart.len(), shop.tree.0.len(), shop.anything)
}

/// A head, and then these bytes in the place of the fields.
fn frame(fields: &[u8]) -> Vec<u8> {
    [&[1, 1, 0, 4], &b"Shop"[..], fields].concat()
}

/// A field of this name and value.
fn field(name: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(name.len()).expect("it is short")];
    bytes.extend_from_slice(name.as_bytes());
    let mut length = value.len();
    while length >= 0x80 {
        bytes.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
        length >>= 7;
    }
    bytes.push(u8::try_from(length).expect("seven bits"));
    bytes.extend_from_slice(value);
    bytes
}

#[tokio::test]
async fn a_record_that_claims_much_is_refused_and_takes_little_memory() {
    let store = ProbedStore::new(MemoryStore::new());
    let sessions = Sessions::<Shop>::builder(store.clone()).without_cleaner().build();
    let router = Router::new().route("/", get(look).post(fill));
    let router = router.with_state(sessions.expect("the defaults are sound"));
    // 2^60, and the most that four bytes hold.
    let huge = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10];
    let large = [0xff, 0xff, 0xff, 0x7f];
    let claims = |length: &[u8]| frame(&[b"\x04cart", length, b"[\"tea\"]"].concat());
    let deep = |open: &str| open.repeat(10_000).into_bytes();
    let records = [
        ("2^60 bytes", claims(&huge), None),
        ("2^28 bytes", claims(&large), None),
        ("a name of 255 bytes", frame(&[255, b'a']), None),
        ("10,000 levels", frame(&field("tree", &deep("["))), Some("0 0 null")),
        ("10,000 levels of anything", frame(&field("anything", &deep("["))), Some("0 0 null")),
        ("10,000 objects", frame(&field("anything", &deep("{\"a\":"))), Some("0 0 null")),
        ("10,000 levels of no field", frame(&field("other", &deep("["))), Some("0 0 null")),
    ];
    for (what, fields, answer) in records {
        let mut client = Client::new(&router);
        client.post("/").await.ok();
        client.get("/").await.ok();
        let record = store.records(Now::Store).await.pop().expect("it was inserted");
        let update = with(update_of(&record), |update| update.fields = fields.into());
        let updated = store.update(update, Now::Store).await;
        assert!(matches!(updated, Ok(Updated::Saved(_))), "{updated:?}");

        let before = HEAP.current_usage();
        HEAP.reset_peak_usage();
        let reply = client.get("/").await;
        let taken = HEAP.peak_usage().saturating_sub(before);
        match answer {
            None => assert_eq!(reply.status, 503, "{what}"),
            Some(answer) => assert_eq!(reply.ok(), answer, "{what}"),
        }
        assert!(taken < LIMIT, "{what}: {taken} bytes");
    }
}
