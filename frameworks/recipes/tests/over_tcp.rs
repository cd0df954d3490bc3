//! Each program as it is started, on a port of its own, called over TCP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Program {
    process: Child,
    address: String,
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
        Self { process, address }
    }

    /// The status of a request to this host; none stands for the program's address.
    fn call(&self, method: &str, path: &str, host: Option<&str>, body: &str) -> u16 {
        let port = self.address.rsplit(':').next().expect("it has a port");
        let host = host.map_or(self.address.clone(), |host| format!("{host}:{port}"));
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
            body.len(),
        )
        .expect("it reads");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("it answers");
        let status = response.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.expect("it has a status")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

#[test]
fn each_program_runs() {
    for (path, host, page, expected) in [
        (env!("CARGO_BIN_EXE_accounts"), None, "/accounts", 200),
        (env!("CARGO_BIN_EXE_impersonation"), None, "/office", 401),
        (env!("CARGO_BIN_EXE_openapi"), None, "/openapi.json", 200),
        (env!("CARGO_BIN_EXE_passkeys"), None, "/", 401),
        (env!("CARGO_BIN_EXE_single_page"), None, "/session", 200),
        (env!("CARGO_BIN_EXE_tenants"), None, "/", 404),
        (env!("CARGO_BIN_EXE_tenants"), Some("blue.localhost"), "/", 401),
        (env!("CARGO_BIN_EXE_tenants_by_layer"), Some("green.localhost"), "/", 404),
        (env!("CARGO_BIN_EXE_tenants_by_layer"), Some("red.localhost"), "/", 200),
        (env!("CARGO_BIN_EXE_trusted_device"), None, "/code", 200),
    ] {
        assert_eq!(Program::start(path).call("GET", page, host, ""), expected, "{path} {page}");
    }
}

#[test]
fn the_limit_knows_the_address_of_whoever_connects() {
    let program = Program::start(env!("CARGO_BIN_EXE_rate_limit"));
    let log_in = |password: &str| {
        program.call("POST", "/login", None, &format!("user=ann&password={password}"))
    };
    assert_eq!(log_in("guess"), 401);
    assert_eq!(log_in("open+sesame"), 303);
}
