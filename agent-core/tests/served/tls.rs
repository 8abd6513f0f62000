use std::path::Path;
use std::sync::Arc;

use agent_core::server::{Server, ServerError, ServerOptions, TlsFiles};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::client::Client;
use super::house::House;
use super::librarian::Librarian;
use super::support::{terminals, work};

/// A certificate for `localhost` in PEM files.
fn files(folder: &Path) -> (TlsFiles, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = TlsFiles { certificates: folder.join("cert.pem"), key: folder.join("key.pem") };
    std::fs::write(&files.certificates, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    (files, made.cert.der().clone())
}

#[tokio::test]
async fn a_session_runs_under_tls() {
    let dir = tempfile::tempdir().unwrap();
    let (tls, certificate) = files(dir.path());
    let options = ServerOptions { tls: Some(tls), ..ServerOptions::default() };
    let house = House::of(Librarian::new(), options).await;

    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(house.addr).await.unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    let stream = connector.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap();
    let mut client = Client::over(stream, house.addr, &house.token).await;
    client.ask(work()).await;
    assert_eq!(terminals(&client.until_over().await), ["completed"]);
    house.stop.cancel();
    assert_eq!(client.closed().await.1, 1001);
    drop(client);
    house.close().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_files_is_said_before_anything_is_served() {
    let dir = tempfile::tempdir().unwrap();
    let (good, _) = files(dir.path());
    let absent = dir.path().join("absent.pem");
    let rows = [
        TlsFiles { certificates: absent.clone(), key: good.key.clone() },
        TlsFiles { certificates: good.certificates.clone(), key: absent },
        TlsFiles { certificates: good.key.clone(), key: good.key.clone() },
        TlsFiles { certificates: good.certificates.clone(), key: good.certificates },
    ];
    for tls in rows {
        let named = [tls.certificates.clone(), tls.key.clone()];
        let error = House::cannot_open(ServerOptions { tls: Some(tls), ..ServerOptions::default() }).await;
        let said = error.to_string();
        assert!(named.iter().any(|file| said.contains(&*file.to_string_lossy())), "{said}");
    }
    let none = Server::bind(ServerOptions::default(), Vec::new()).await;
    assert!(matches!(none.err(), Some(ServerError::Workspaces(_))));
}
