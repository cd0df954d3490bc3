//! The address that an example listens on, by the options that most of them have.

use tokio::net::TcpListener;

use crate::command_line::{Failure, Given, Known, advice, option, options, origin, port, switch};

const KNOWN: &[Known] = &[
    option("--port", "N", "the port to listen on [3000]; 0 takes any free one"),
    option("--host", "ADDRESS", "the address to listen on [127.0.0.1]; 0.0.0.0 for all"),
    switch(
        "--insecure-cookie",
        "a cookie without `Secure`, for clients that keep none on
http://localhost (Safari, WebKitGTK, Python) and for other hosts",
    ),
];

/// Where a program listens, and whether its cookie is `Secure`.
#[derive(Debug)]
pub struct Address {
    host: String,
    port: u16,
    /// Whether the session's cookie is to lack `Secure`.
    pub insecure_cookie: bool,
}

impl Address {
    /// What the program was started with. `--help` prints the options, between these texts.
    ///
    /// # Errors
    /// If an option is unknown, or its value is none.
    pub fn from_args(about: &str, more: &str) -> Result<Self, Failure> {
        Self::and(&[], about, more).map(|(address, _)| address)
    }

    /// The same for a program that has options of its own, which are answered as they were given.
    ///
    /// # Errors
    /// As [`from_args`](Self::from_args).
    pub fn and(own: &[Known], about: &str, more: &str) -> Result<(Self, Vec<Given>), Failure> {
        let mut address = Self { host: "127.0.0.1".to_owned(), port: 3000, insecure_cookie: false };
        let mut rest = Vec::new();
        for (name, value) in options(about, &[KNOWN, own].concat(), more)? {
            match name {
                "--port" => address.port = port(&value)?,
                "--host" => address.host = value,
                "--insecure-cookie" => address.insecure_cookie = true,
                _ => rest.push((name, value)),
            }
        }
        Ok((address, rest))
    }

    /// Listens, and says what to open in a browser.
    ///
    /// # Errors
    /// If the port is taken, or this machine has no such address.
    pub async fn listen(&self) -> Result<TcpListener, Failure> {
        let Self { host, port, insecure_cookie } = self;
        let listener = TcpListener::bind((host.as_str(), *port))
            .await
            .map_err(|error| Failure::listening(host, *port, &error))?;
        let origin = origin(host, listener.local_addr()?.port());
        print!("{}", advice(host, *insecure_cookie));
        println!("open {origin} (Ctrl-C stops it)");
        Ok(listener)
    }
}
