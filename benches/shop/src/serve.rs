//! How a server is started: it is told its store, says its port, and ends with whoever started it.

use std::env;
use std::io::{self, Read as _};
use std::process;
use std::thread;

use axum::Router;
use tokio::net::TcpListener;

/// Where the sessions are to be: the program's three arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The kind of store.
    pub store: String,
    /// Where it is, unless it is in the program.
    pub url: String,
    /// How many connections to it there are.
    pub pool: u32,
}

impl Place {
    /// As the command line says.
    pub fn from_args() -> Self {
        let mut args = env::args().skip(1);
        let mut next = || args.next().unwrap_or_default();
        Self { store: next(), url: next(), pool: next().parse().unwrap_or(8) }
    }
}

/// Serves this application.
pub async fn serve(app: Router) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("some port is free");
    announce(listener.local_addr().expect("it is bound").port());
    axum::serve(listener, app).await.expect("serving does not end");
}

/// Says the port on a line of its own; from then on, the process ends when its standard input does.
pub fn announce(port: u16) {
    println!("{port}");
    thread::spawn(|| {
        let _ = io::stdin().read(&mut [0]);
        process::exit(0);
    });
}
