//! The command line.

use session_examples::address::Address;
use session_examples::command_line::{Failure, Known, option};
use session_examples::place::Place;

const ABOUT: &str =
    "A tea shop that shows what its sessions do: open it in two tabs, and in two browsers.

  cargo run --example shop -- [OPTIONS]";

const KNOWN: &[Known] = &[
    option(
        "--store",
        "STORE",
        "where the sessions are stored [sqlite]: memory, sqlite,
postgres, redis or cookie; or a URL as the other examples take",
    ),
    option(
        "--url",
        "URL",
        "of the store: sqlite:FILE [sqlite:./shop.db],
postgres://USER@HOST/DATABASE, redis://HOST",
    ),
];

const MORE: &str =
    "The log-in's page names the users and their passwords. Stock and orders are in memory.
If SESSION_KEYS is set, sessions are encrypted; `--store cookie` needs it. To make a key:
  export SESSION_KEYS=$(head -c 32 /dev/urandom | base64)";

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) address: Address,
    pub(crate) store: Place,
}

impl Options {
    pub(crate) fn from_args() -> Result<Self, Failure> {
        let (address, own) = Address::and(KNOWN, ABOUT, MORE)?;
        let (mut store, mut url) = ("sqlite".to_owned(), None);
        for (name, value) in own {
            match name {
                "--url" => url = Some(value),
                _ => store = value,
            }
        }
        Ok(Self { address, store: place(store, url)? })
    }
}

/// The place that both options name together.
fn place(store: String, url: Option<String>) -> Result<Place, Failure> {
    match (store.as_str(), url) {
        ("memory" | "cookie", None) => Place::parse(format!("{store}:")),
        ("sqlite", None) => Place::parse("sqlite:./shop.db".to_owned()),
        ("postgres", None) => Err(needs_url("postgres", "postgres://USER@HOST/DATABASE")),
        ("redis", None) => Err(needs_url("redis", "redis://HOST")),
        (_, None) => Place::parse(store),
        ("sqlite" | "postgres" | "redis", Some(url)) if url.starts_with(&store) => {
            Place::parse(url)
        }
        (_, Some(url)) => Err(Failure::new(format!(
            "`--url` is no address of `--store {store}`: {}\n`--help` lists the stores and their URLs",
            url.split(':').next().unwrap_or_default()
        ))),
    }
}

fn needs_url(store: &str, example: &str) -> Failure {
    Failure::new(format!("`--store {store}` needs the server's address\nadd `--url {example}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_named_by_its_kind_and_url_or_by_its_url() {
        for (store, url, expected) in [
            ("memory", None, "Memory"),
            ("sqlite", None, "Sqlite(\"sqlite:./shop.db\")"),
            ("sqlite", Some("sqlite:a.db"), "Sqlite(\"sqlite:a.db\")"),
            ("postgres", Some("postgresql://a@b/c"), "Postgres(\"postgresql://a@b/c\")"),
            ("redis", Some("rediss://a"), "Redis(\"rediss://a\")"),
            ("redis://a", None, "Redis(\"redis://a\")"),
            ("cookie", None, "Cookie"),
        ] {
            let place = place(store.to_owned(), url.map(str::to_owned));
            assert_eq!(format!("{:?}", place.unwrap()), expected);
        }
    }

    #[test]
    fn a_mistake_is_answered_with_its_cure() {
        let refused = |store: &str, url: Option<&str>| {
            place(store.to_owned(), url.map(str::to_owned)).unwrap_err().to_string()
        };
        assert!(refused("postgres", None).contains("--url postgres://USER@HOST/DATABASE"));
        assert!(refused("redis", None).contains("--url redis://HOST"));
        let mixed = refused("redis", Some("postgres://app:hunter2@host/db"));
        assert!(mixed.contains("--help") && !mixed.contains("hunter2"), "{mixed}");
        assert!(refused("memory", Some("redis://a")).contains("--help"));
        assert!(refused("mysql", None).contains("is no store"));
    }
}
