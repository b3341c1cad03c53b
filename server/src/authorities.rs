//! Certificate authorities of one's own, beside those that everyone trusts: companies' own mail servers have certificates by them.

use std::path::Path;
use std::sync::{Arc, LazyLock, OnceLock};

use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use crate::failure::Failure;

/// Authorities of one's own, and all with them.
struct Trusted {
    own: Vec<CertificateDer<'static>>,
    all: Arc<RootCertStore>,
}

static TRUSTED: OnceLock<Trusted> = OnceLock::new();

/// Authorities that everyone trusts.
static PUBLIC: LazyLock<Arc<RootCertStore>> =
    LazyLock::new(|| Arc::new(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }));

/// Trusts the authorities in a PEM file from now on. Only the first call of a process counts.
///
/// # Errors
/// A file that can't be read or holds no certificate of an authority.
pub(crate) fn trust(file: &Path) -> Result<(), Failure> {
    let bad = |why: String| Failure::new(format!("GUANXI_CA_FILE ({}) {why}.", file.display()));
    let found = CertificateDer::pem_file_iter(file).map_err(|error| bad(format!("can't be read: {error}")))?;
    let own: Vec<_> = found.collect::<Result<_, _>>().map_err(|error| bad(format!("is not in PEM format: {error}")))?;
    if own.is_empty() {
        return Err(bad("holds no certificate".to_owned()));
    }
    let mut all = RootCertStore::clone(&PUBLIC);
    for certificate in &own {
        all.add(certificate.clone()).map_err(|error| bad(format!("holds no authority's certificate: {error}")))?;
    }
    TRUSTED.get_or_init(|| Trusted { own, all: Arc::new(all) });
    Ok(())
}

/// The authorities of one's own.
pub(crate) fn own() -> &'static [CertificateDer<'static>] {
    TRUSTED.get().map_or(&[], |trusted| trusted.own.as_slice())
}

/// All authorities that are trusted.
pub(crate) fn trusted() -> Arc<RootCertStore> {
    Arc::clone(TRUSTED.get().map_or(&*PUBLIC, |trusted| &trusted.all))
}
