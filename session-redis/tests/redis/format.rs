//! Records of other releases: what is in Redis outlives the program that wrote it.

use redis::cmd;
use session_core::store::{Record, Update, Updated};
use session_core::{Handle, Now, Store as _};
use session_redis::RedisStore;

use crate::sample::{
    HOUR, Raw, builder, connected, error_chain, first, first_without_fields, insert_of, listed,
    loaded, masters, prefix, saved, shared, shared_cluster, stored, update_of, updated, with,
};

/// The length of a header.
const HEAD: usize = 103;
/// A flag that this release does not know, beside those of a session with a principal and a label.
const UNKNOWN: u8 = 64;
/// As `common.lua` describes them: two entries.
const ADDITIONS: &[u8] = b"\x01\0\0\0\x05later\x09\0\0\0\0";

/// A store, and its records past it.
struct Stored {
    store: RedisStore,
    prefix: String,
    servers: Vec<Raw>,
}

impl Stored {
    async fn on_a_server() -> Self {
        let (url, prefix) = (shared().await.url(), prefix());
        let store = connected(builder().prefix(&prefix), &url).await;
        Self { store, prefix, servers: vec![Raw::connect(&url).await] }
    }

    async fn on_a_cluster() -> Self {
        let (urls, prefix) = (shared_cluster().await.urls(), prefix());
        let store = builder().prefix(&prefix).cluster(urls).await.unwrap();
        Self { store, prefix, servers: masters().await }
    }

    async fn bytes(&mut self, handle: Handle) -> Vec<u8> {
        let key = format!("{}{handle}", self.prefix);
        for server in &mut self.servers {
            if let Some(bytes) = server.send(cmd("GET").arg(&key)).await {
                return bytes;
            }
        }
        panic!("one server has the key")
    }

    async fn write(&mut self, handle: Handle, bytes: &[u8]) {
        let key = format!("{}{handle}", self.prefix);
        for server in &mut self.servers {
            let _: Option<String> =
                server.send(cmd("SET").arg(&key).arg(bytes).arg("KEEPTTL")).await;
        }
    }

    /// Has a later release write to this record.
    async fn write_as(&mut self, format: u8, oldest_reader: u8, record: &Record) {
        let mut bytes = self.bytes(record.handle).await;
        bytes[..2].copy_from_slice(&[format, oldest_reader]);
        bytes[2] |= UNKNOWN;
        bytes[HEAD - 1] = u8::try_from(ADDITIONS.len()).unwrap();
        let fields = bytes.len() - record.fields.len();
        bytes.splice(fields..fields, ADDITIONS.iter().copied());
        self.write(record.handle, &bytes).await;
    }

    /// What of a record this release does not know: format and oldest reader, flags, additions.
    async fn unknown(&mut self, record: &Record) -> ([u8; 2], u8, Vec<u8>) {
        let bytes = self.bytes(record.handle).await;
        let text = |text: &Option<std::sync::Arc<str>>| text.as_ref().map_or(0, |text| text.len());
        let additions = HEAD + text(&record.principal) + text(&record.label);
        let fields = bytes.len() - record.fields.len();
        ([bytes[0], bytes[1]], bytes[2] & UNKNOWN, bytes[additions..fields].to_vec())
    }
}

async fn both() -> [Stored; 2] {
    [Stored::on_a_server().await, Stored::on_a_cluster().await]
}

#[tokio::test]
async fn a_newer_record_is_read_and_written_and_keeps_what_is_new_in_it() {
    for mut there in both().await {
        let store = there.store.clone();
        let mut record = stored(&store, insert_of("ann")).await;
        there.write_as(7, 1, &record).await;
        let expected = ([7, 1], UNKNOWN, ADDITIONS.to_vec());
        assert_eq!(there.unknown(&record).await, expected);

        // It is read.
        let found = loaded(&store, record.handle).await.expect("it is there");
        assert_eq!(found, with(record.clone(), |record| record.times.now = found.times.now));
        for query in [first(10), first_without_fields(10)] {
            let page = store.list("ann", query, Now::Store).await.unwrap();
            let [listed] = &page.records[..] else { panic!("there is one") };
            assert_eq!((&listed.label, listed.digest), (&record.label, record.digest));
            assert!(listed.fields == record.fields || listed.fields.is_empty());
        }
        let alive = store.alive(&[record.handle], Now::Store).await.unwrap();
        assert_eq!(alive[0].as_ref().unwrap().principal.as_deref(), Some("ann"));

        // It is written.
        assert!(store.touch(record.handle, HOUR / 2, Now::Store).await.unwrap());
        assert_eq!(there.unknown(&record).await, expected);
        for principal in [Some("ann"), None, Some("somebody else")] {
            let principal = principal.map(Into::into);
            let update = |update: &mut Update| {
                update.fields = [&record.fields[..], b"more"].concat().into();
                update.authenticated = principal.as_ref().map(|_| HOUR);
                update.principal.clone_from(&principal);
            };
            let after = saved(&store, with(update_of(&record), update)).await;
            assert_eq!(after.fields, [&record.fields[..], b"more"].concat().into());
            assert_eq!((&after.principal, &after.label), (&principal, &record.label));
            assert_eq!(there.unknown(&after).await, expected);
            let stale = updated(&store, update_of(&record)).await;
            assert!(matches!(stale, Updated::Conflict(newer) if newer.fields == after.fields));
            record = after;
        }
        assert_eq!(listed(&store, "somebody else").await, [record.handle]);

        // What stands for it when it was ended is this release's.
        assert!(store.delete(record.handle, Some(HOUR), Now::Store).await.unwrap());
        let ended = loaded(&store, record.handle).await.expect("it is remembered");
        assert_eq!((ended.is_ended(), ended.revision), (true, record.revision + 1));
        assert_eq!(there.unknown(&ended).await, ([1, 1], 0, Vec::new()));
        assert_eq!(there.bytes(record.handle).await.len(), HEAD);
    }
}

#[tokio::test]
async fn an_older_record_that_is_written_takes_the_format_of_the_release() {
    for mut there in both().await {
        let store = there.store.clone();
        let record = stored(&store, insert_of("ann")).await;
        assert_eq!(there.unknown(&record).await, ([1, 1], 0, Vec::new()));
        let mut bytes = there.bytes(record.handle).await;
        bytes[..2].fill(0);
        there.write(record.handle, &bytes).await;
        assert!(store.touch(record.handle, HOUR, Now::Store).await.unwrap());
        assert_eq!(there.unknown(&record).await.0, [0, 0], "only the times are written");
        let record = saved(&store, update_of(&record)).await;
        assert_eq!(there.unknown(&record).await.0, [1, 1]);
    }
}

#[tokio::test]
async fn a_record_for_later_releases_is_an_error_and_not_a_session() {
    for mut there in both().await {
        let store = there.store.clone();
        let record = stored(&store, insert_of("ann")).await;
        there.write_as(9, 2, &record).await;
        let bytes = there.bytes(record.handle).await;
        let logs_in = |update: &mut Update| update.authenticated = Some(HOUR);
        let handles = [record.handle];
        for (name, answer) in [
            ("load", store.load(record.handle, Now::Store).await.map(drop)),
            ("update", store.update(update_of(&record), Now::Store).await.map(drop)),
            ("log-in", store.update(with(update_of(&record), logs_in), Now::Store).await.map(drop)),
            ("touch", store.touch(record.handle, HOUR, Now::Store).await.map(drop)),
            ("list", store.list("ann", first(10), Now::Store).await.map(drop)),
            ("list", store.list("ann", first_without_fields(10), Now::Store).await.map(drop)),
            ("alive", store.alive(&handles, Now::Store).await.map(drop)),
            ("delete", store.delete(record.handle, None, Now::Store).await.map(drop)),
            ("delete", store.delete(record.handle, Some(HOUR), Now::Store).await.map(drop)),
            ("delete_all", store.delete_all("ann", None, Now::Store).await.map(drop)),
        ] {
            let told = error_chain(&answer.expect_err(name));
            for part in ["another version", "of format 9", "that read format 2", "reads format 1"] {
                assert!(told.contains(part), "{name}: {told}");
            }
        }
        assert!(there.bytes(record.handle).await == bytes, "it is as it was");
    }
}
