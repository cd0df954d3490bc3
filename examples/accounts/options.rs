//! The command line.

use std::path::PathBuf;

use session_examples::command_line::{Failure, Known, option, options, port, switch};

const ABOUT: &str = "Accounts: sign up, log in, see your devices and log them out.

  cargo run --example accounts -- [OPTIONS]";

const KNOWN: &[Known] = &[
    option("--port", "N", "the port to listen on [3000]; 0 takes any free one"),
    option("--host", "ADDRESS", "the address to listen on [127.0.0.1]; 0.0.0.0 for all"),
    option("--db", "FILE", "users and sessions [accounts.db]"),
    switch(
        "--insecure-cookie",
        "a cookie without `Secure`, for clients that keep none on
http://localhost (Safari, WebKitGTK, Python) and for other hosts",
    ),
];

const MORE: &str = "docs/accounts.md walks through it.";

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) db: PathBuf,
    pub(crate) insecure_cookie: bool,
}

impl Options {
    pub(crate) fn from_args() -> Result<Self, Failure> {
        let mut parsed = Self {
            host: "127.0.0.1".to_owned(),
            port: 3000,
            db: "accounts.db".into(),
            insecure_cookie: false,
        };
        for (name, value) in options(ABOUT, KNOWN, MORE)? {
            match name {
                "--port" => parsed.port = port(&value)?,
                "--host" => parsed.host = value,
                "--db" => parsed.db = value.into(),
                _ => parsed.insecure_cookie = true,
            }
        }
        Ok(parsed)
    }
}
