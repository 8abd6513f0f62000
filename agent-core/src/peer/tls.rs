//! Certificates of the peers that are reached over `wss`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::link::LinkError;

/// What a `wss` peer's certificate is checked with: the system's roots, or those of one file and no other.
pub(super) async fn client_config(ca_file: Option<PathBuf>) -> Result<Arc<ClientConfig>, LinkError> {
    match tokio::task::spawn_blocking(move || config(ca_file.as_deref())).await {
        Ok(config) => config,
        Err(error) => Err(LinkError::lasting(format!("reading certificates broke off: {error}"))),
    }
}

fn config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, LinkError> {
    let roots = match ca_file {
        Some(file) => written(file)?,
        None => trusted_here()?,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| LinkError::lasting(format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn written(file: &Path) -> Result<RootCertStore, LinkError> {
    let unfit = |why: String| LinkError::lasting(format!("`ca_file` {} {why}", file.display()));
    let mut roots = RootCertStore::empty();
    let certificates =
        CertificateDer::pem_file_iter(file).map_err(|error| unfit(format!("cannot be read: {error}")))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| unfit(format!("is not PEM: {error}")))?;
        roots.add(certificate).map_err(|error| unfit(format!("holds an unusable certificate: {error}")))?;
    }
    if roots.is_empty() {
        return Err(unfit("holds no certificate".to_owned()));
    }
    Ok(roots)
}

fn trusted_here() -> Result<RootCertStore, LinkError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(LinkError::lasting(
            "the system trusts no certificate; name those of the peer with `ca_file`",
        ));
    }
    Ok(roots)
}
