//! A server that speaks TLS only.

use std::process::Command;

use redis::{Client, TlsCertificates};
use session_core::Store as _;
use session_redis::{ConnectError, RedisStore};
use session_test_support::{TempDirectory, free_address};
use tokio::net::TcpStream;

use crate::sample::{error_chain, insert_of, listed, stored};

/// A server whose certificate nobody knows but who is given its own, and its URL.
async fn server() -> (TempDirectory, String) {
    let directory = TempDirectory::new("TERM");
    let mut openssl = Command::new("openssl");
    openssl
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
        ])
        .args(["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"])
        .args([
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-keyout",
            "key.pem",
            "-out",
            "certificate.pem",
        ])
        .current_dir(directory.path());
    assert!(openssl.output().expect("openssl is installed").status.success());
    let address = free_address();
    let mut command = Command::new("redis-server");
    command
        .args(["--bind", "127.0.0.1", "--port", "0", "--tls-port", &address.port().to_string()])
        .args(["--tls-cert-file", "certificate.pem", "--tls-key-file", "key.pem"])
        .args(["--tls-ca-cert-file", "certificate.pem", "--tls-auth-clients", "no", "--save", ""]);
    let up = async || TcpStream::connect(address).await.is_ok();
    assert!(directory.launch(&mut command, up).await, "{}", directory.log());
    (directory, format!("rediss://{address}"))
}

#[tokio::test]
async fn a_store_speaks_tls_to_a_server_that_it_can_trust() {
    let (directory, url) = server().await;
    let root_cert = std::fs::read(directory.path().join("certificate.pem")).unwrap();
    let certificates = TlsCertificates { client_tls: None, root_cert: Some(root_cert) };
    let client = Client::build_with_tls(url, certificates).unwrap();
    let store = RedisStore::builder().client(&client).unwrap();
    let record = stored(&store, insert_of("ann")).await;
    assert_eq!(listed(&store, "ann").await, [record.handle]);
    store.delete_all("ann", None, session_core::Now::Store).await.unwrap();
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_refused() {
    let (_directory, url) = server().await;
    let error = RedisStore::connect(&url).await.expect_err("nobody signed its certificate");
    assert!(matches!(error, ConnectError::Unusable(_)), "{error:?}");
    let told = error_chain(&error);
    assert!(told.to_lowercase().contains("certificate"), "{told}");
}
