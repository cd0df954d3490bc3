//! The command line.

use session_examples::command_line::{Failure, Known, option, options, port, switch};
use session_examples::place::Place;

const ABOUT: &str = "A small shop: log in, count visits, fill a cart.

  cargo run --example quickstart -- [OPTIONS]";

const KNOWN: &[Known] = &[
    option("--port", "N", "the port to listen on [3000]; 0 takes any free one"),
    option("--host", "ADDRESS", "the address to listen on [127.0.0.1]; 0.0.0.0 for all"),
    option(
        "--store",
        "STORE",
        "where the sessions are stored, one of
sqlite:quickstart.db           a file [the default]
memory:                        until the program stops
postgres://USER@HOST/DATABASE
redis://HOST
cookie:                        in the browser; needs SESSION_KEYS",
    ),
    switch(
        "--insecure-cookie",
        "a cookie without `Secure`, for clients that keep none on
http://localhost (Safari, WebKitGTK, Python) and for other hosts",
    ),
];

const MORE: &str = "If SESSION_KEYS is set, sessions are encrypted. To make a key:
  export SESSION_KEYS=$(head -c 32 /dev/urandom | base64)";

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) store: Place,
    pub(crate) insecure_cookie: bool,
}

impl Options {
    pub(crate) fn from_args() -> Result<Self, Failure> {
        let mut parsed = Self {
            host: "127.0.0.1".to_owned(),
            port: 3000,
            store: Place::Sqlite("sqlite:./quickstart.db".to_owned()),
            insecure_cookie: false,
        };
        for (name, value) in options(ABOUT, KNOWN, MORE)? {
            match name {
                "--port" => parsed.port = port(&value)?,
                "--host" => parsed.host = value,
                "--store" => parsed.store = Place::parse(value)?,
                _ => parsed.insecure_cookie = true,
            }
        }
        Ok(parsed)
    }
}
