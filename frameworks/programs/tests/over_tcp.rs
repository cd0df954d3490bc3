//! Each program as it is started, on a port of its own, called over TCP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Program {
    process: Child,
    address: String,
    cookie: Option<String>,
}

impl Program {
    fn start(path: &str) -> Self {
        let mut command = Command::new(path);
        let mut process =
            command.env("PORT", "0").stdout(Stdio::piped()).spawn().expect("it is built");
        let output = process.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("it says where it is");
        let address = line.trim().strip_prefix("http://").expect("it says where it is").to_owned();
        Self { process, address, cookie: None }
    }

    /// Status and body.
    fn call(&mut self, method: &str, path: &str) -> (u16, String) {
        let cookie = self.cookie.as_ref().map(|cookie| format!("Cookie: {cookie}\r\n"));
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n{}\r\n",
            self.address,
            cookie.unwrap_or_default()
        )
        .expect("it reads");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("it answers");
        let (head, body) = response.split_once("\r\n\r\n").expect("it is a response");
        for line in head.lines() {
            if let Some(cookie) = line.strip_prefix("set-cookie: ") {
                self.cookie = cookie.split(';').next().map(str::to_owned);
            }
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("it has a status"), body.to_owned())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

#[test]
fn each_program_runs_and_keeps_the_session() {
    let mut program = Program::start(env!("CARGO_BIN_EXE_closure"));
    assert_eq!(program.call("POST", "/cart/tea").0, 303);
    assert_eq!(program.call("GET", "/cart"), (200, "tea".to_owned()));

    let mut program = Program::start(env!("CARGO_BIN_EXE_service"));
    assert_eq!(program.call("GET", "/files/a").1, "/a 1\n");
    assert_eq!(program.call("GET", "/files/a").1, "/a 2\n");

    let mut program = Program::start(env!("CARGO_BIN_EXE_form_token"));
    assert_eq!(program.call("GET", "/open-pages").1, "1");
    assert_eq!(program.call("GET", "/open-pages").1, "2");

    let mut program = Program::start(env!("CARGO_BIN_EXE_generic_handler"));
    assert_eq!(program.call("POST", "/cart/tea").1, "3");
    assert_eq!(program.call("GET", "/total").1, "3");

    let mut program = Program::start(env!("CARGO_BIN_EXE_gate"));
    assert_eq!(program.call("GET", "/prices").0, 401);
    assert_eq!(program.call("POST", "/login/ann/prices.read").0, 200);
    assert_eq!(program.call("GET", "/prices").1, "all prices");
    assert_eq!(program.call("POST", "/refunds").0, 403);

    let mut program = Program::start(env!("CARGO_BIN_EXE_arc_state"));
    assert_eq!(program.call("POST", "/visit").1, "visit 1 of 1");
    assert_eq!(program.call("POST", "/visit").1, "visit 2 of 2");
}
