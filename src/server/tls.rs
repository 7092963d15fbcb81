//! Certificates for doors that other machines' browsers use: they give the microphone to `https` alone.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;

use crate::hex::hex;

/// Where a certificate and its key come from.
#[derive(Debug, Clone)]
pub enum Certificate {
    /// One of our own, made once and kept in this folder. Browsers ask whether it is to be trusted.
    Own(PathBuf),
    /// Two files, or one file twice (PEM).
    Files {
        /// The certificate, and those that it is signed by.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
}

/// There is no certificate to show.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct TlsError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// What speaks TLS with clients, for a machine of these names and numbers.
///
/// # Errors
/// A file cannot be read or written, or holds nothing that TLS can use.
pub(super) fn acceptor(from: &Certificate, names: &[String]) -> Result<TlsAcceptor, TlsError> {
    let own;
    let (certificate, key) = match from {
        Certificate::Files { certificate, key } => (certificate, key),
        Certificate::Own(folder) => {
            own = own_certificate(folder, names)?;
            (&own, &own)
        }
    };
    let wrong = |path: &Path, reason: String| TlsError {
        path: path.to_owned(),
        reason,
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| {
            wrong(
                certificate,
                format!("it cannot be read as certificates: {e}"),
            )
        })?;
    let secret = PrivateKeyDer::from_pem_file(key)
        .map_err(|e| wrong(key, format!("it cannot be read as a key: {e}")))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(chain, secret)
        });
    let mut config = config.map_err(|e| wrong(certificate, e.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Our own certificate for these names, made if there is none: one file, readable by this user alone.
fn own_certificate(folder: &Path, names: &[String]) -> Result<PathBuf, TlsError> {
    let known_by = &hex(&Sha256::digest(names.join("\n")))[..16];
    let path = folder.join(format!("server-certificate-{known_by}.pem"));
    let fail = |reason: String| TlsError {
        path: path.clone(),
        reason: format!("a certificate cannot be kept: {reason}"),
    };
    if path.is_file() {
        return Ok(path);
    }
    let made = generate_simple_self_signed(names).map_err(|e| fail(e.to_string()))?;
    let CertifiedKey { cert, signing_key } = made;
    let text = format!("{}{}", cert.pem(), signing_key.serialize_pem());
    let write = || {
        fs::create_dir_all(folder)?;
        // Only its owner may read what tempfile makes.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(&path)?;
        Ok(())
    };
    write().map_err(|e: std::io::Error| fail(e.to_string()))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Vec<String> {
        of.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn our_own_certificate_is_made_once_for_each_set_of_names() {
        let folder = tempfile::tempdir().unwrap();
        let made = own_certificate(folder.path(), &names(&["localhost"])).unwrap();
        let text = fs::read_to_string(&made).unwrap();
        assert_eq!(
            own_certificate(folder.path(), &names(&["localhost"])).unwrap(),
            made
        );
        assert_eq!(fs::read_to_string(&made).unwrap(), text);
        let other = own_certificate(folder.path(), &names(&["localhost", "laptop.home"])).unwrap();
        assert_ne!(other, made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&made).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn files_that_are_no_certificate_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cert.pem");
        let files = |path: &Path| Certificate::Files {
            certificate: path.to_owned(),
            key: path.to_owned(),
        };
        let absent = acceptor(&files(&path), &[]).err().unwrap();
        assert_eq!(absent.path, path);
        fs::write(&path, "hello").unwrap();
        let wrong = acceptor(&files(&path), &[]).err().unwrap();
        assert!(wrong.to_string().contains("cert.pem"), "{wrong}");
    }
}
