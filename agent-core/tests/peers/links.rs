//! What stands between us and a peer: certificates, tokens, redirects.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::stand::{Stand, hear, say, status, upgrade};
use super::world::{World, all, delivery, outcomes, request};

/// A `wss` server, its port, and the certificate its own comes from, as PEM.
async fn secure() -> (JoinSet<()>, u16, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let Some((mut socket, _)) = upgrade(stream).await else { continue };
            let Some(request) = hear(&mut socket).await else { continue };
            say(&mut socket, status(&request, 1, "completed", "Bound.")).await;
        }
    });
    (serving, port, issuer.pem())
}

#[tokio::test]
async fn a_peer_over_tls_is_believed_only_with_a_certificate_that_is_trusted() {
    let (_serving, port, ca) = secure().await;
    let entry = |name: &str, host: &str, more: &str| {
        format!("[[peer]]\nname = \"{name}\"\naddress = \"wss://{host}:{port}/\"\n{more}\n")
    };
    let peers = entry("trusted", "localhost", "ca_file = \"ca.pem\"")
        + &entry("stranger", "localhost", "")
        + &entry("other-name", "127.0.0.1", "ca_file = \"ca.pem\"");
    let world = World::new(&peers).await;
    std::fs::write(world.path().join("ca.pem"), ca).unwrap();
    let messages = world.run(&["trusted", "stranger", "other-name"]).await;
    assert_eq!(outcomes(&messages), ["trusted: done", "stranger: unreachable", "other-name: unreachable"]);
}

/// Answers every request with these bytes, and counts the connections.
async fn answering(answer: &'static str) -> (JoinSet<()>, String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}/", listener.local_addr().unwrap());
    let times = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&times);
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { break };
                head.push(byte);
            }
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (serving, address, times)
}

#[tokio::test]
async fn a_peer_that_does_not_let_us_in_is_unreachable_and_we_go_nowhere_else() {
    let elsewhere = Stand::new(|_, mut socket, request| async move {
        say(&mut socket, status(&request, 1, "completed", "Bound.")).await;
    })
    .await;
    let redirect =
        format!("HTTP/1.1 302 Found\r\nlocation: ws://{}/\r\ncontent-length: 0\r\n\r\n", elsewhere.addr);
    let (_closed, closed, closed_times) =
        answering("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n").await;
    let (_moved, moved, moved_times) = answering(redirect.leak()).await;
    let entry = |name: &str, address: &str, more: &str| {
        format!("[[peer]]\nname = \"{name}\"\naddress = \"{address}\"\n{more}\n")
    };
    let peers = entry("closed", &closed, "")
        + &entry("moved", &moved, "")
        + &entry("keyless", &closed, "token_env = \"SURELY_NOT_SET_ANYWHERE\"");
    let world = World::new(&peers).await;
    let messages = world.run(&["closed", "moved", "keyless"]).await;
    assert_eq!(outcomes(&messages), ["closed: unreachable", "moved: unreachable", "keyless: unreachable"]);
    let reasons: Vec<_> = (0..3).map(|nth| delivery(&messages)["handoffs"][nth]["reason"].clone()).collect();
    assert_eq!(
        reasons,
        [
            json!("it does not let us in: HTTP 401 Unauthorized"),
            json!("it points elsewhere (HTTP 302 Found), where we do not go"),
            json!("no token: the environment has no readable variable `SURELY_NOT_SET_ANYWHERE`"),
        ]
    );
    assert_eq!(closed_times.load(Ordering::SeqCst), 1, "no is no");
    assert_eq!(moved_times.load(Ordering::SeqCst), 1);
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_list_of_peers_that_cannot_be_used_ends_the_session_with_its_line() {
    let world = World::new("[[peer]]\nname = \"binder\"\nadress = \"ws://127.0.0.1:1/\"\n").await;
    let messages = world.run(&["binder"]).await;
    let error = &messages.last().unwrap()["error"];
    assert_eq!(error["code"], "WORKSPACE_INVALID");
    assert_eq!(error["message"], "peers.toml:3: `adress` is not known here");
    assert_eq!(error["hint"], "did you mean `address`?");
}

#[tokio::test]
async fn a_long_request_arrives_whole() {
    // 300 KiB, more than one frame may hold where a peer has our own server's limits.
    let limited = Stand::new(|_, mut socket, request| async move {
        say(&mut socket, status(&request, 1, "completed", "Bound.")).await;
    })
    .await;
    let world = World::new(&limited.entry("binder", "")).await;
    let errand = request(json!({ "errands": ["binder"], "words": 300 << 10 }));
    let messages = all(world.runtime.open_session(&errand).await.unwrap()).await;
    assert_eq!(outcomes(&messages), ["binder: done"]);
    assert_eq!(limited.asked()[0]["payload"]["words"].as_str().unwrap().len(), 300 << 10);
    // Too long for any peer: it is not sent, and said so.
    let errand = request(json!({ "errands": ["binder"], "words": 2 << 20, "filed": ["binder"] }));
    let messages = all(world.runtime.open_session(&errand).await.unwrap()).await;
    assert_eq!(outcomes(&messages), ["binder: left_as_file"]);
    assert_eq!(limited.asked().len(), 1);
}
