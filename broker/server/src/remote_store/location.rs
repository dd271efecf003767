//! Where the remote tier lies: `s3://bucket/prefix`, `file:///folder` or a bucket of `cloud`, and how it is reached.
//!
//! Invariant: a location that is no location is found out when the configuration is read; whether anybody answers
//! there is found out later and is no reason not to start. Secrets are never part of a message.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::{Certificate, ClientOptions, ObjectStore, RetryConfig};

use super::FolderStore;
use super::cloud::Cloud;

/// Longest silence of the store within an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest request altogether: a part of an upload over a slow line.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(120);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Tries of one request beside the first; what fails then is tried again by who asked, with growing pauses.
const RETRIES: usize = 2;
const RETRY_TIMEOUT: Duration = Duration::from_secs(60);

/// A place for objects.
#[derive(Clone, Debug)]
pub enum StoreLocation {
    /// A bucket.
    S3 {
        /// Its name.
        bucket: String,
        /// What all keys begin with.
        prefix: String,
        /// How it is reached.
        access: S3Access,
    },
    /// A bucket that does not speak S3.
    Cloud {
        /// Whose it is.
        cloud: Cloud,
        /// Its name.
        bucket: String,
        /// What all keys begin with.
        prefix: String,
    },
    /// A folder of this machine.
    Folder(PathBuf),
    /// A store that was made elsewhere.
    Given {
        /// It.
        objects: Arc<dyn ObjectStore>,
        /// What all keys begin with.
        prefix: String,
    },
}

/// How a bucket is reached; what is not said comes from the environment, as `AWS_ACCESS_KEY_ID` or a role of the
/// machine.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct S3Access {
    /// Address of a store that is not Amazon's.
    pub endpoint: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Access key.
    pub access_key_id: Option<String>,
    /// Secret key.
    pub secret_access_key: Option<String>,
}

impl fmt::Debug for S3Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Access")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// A location that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LocationProblem {
    /// It is neither a bucket nor a folder.
    #[error("it is neither s3://bucket/prefix nor file:///folder")]
    Unknown,
    /// This program has no client for it.
    #[error("this program was built without {0}: build it with --features {feature}", feature = .0.feature())]
    NotBuilt(Cloud),
    /// The client cannot be made.
    #[error(transparent)]
    Client(#[from] object_store::Error),
    /// There is nothing to look at.
    #[error("there is no folder {}", .0.display())]
    NoFolder(PathBuf),
    /// The folder cannot be made.
    #[error(transparent)]
    Folder(#[from] std::io::Error),
}

impl StoreLocation {
    /// Reads what the configuration says.
    ///
    /// # Errors
    /// When it is no location.
    pub fn parse(text: &str, access: S3Access) -> Result<Self, LocationProblem> {
        if let Some(folder) = text.strip_prefix("file://").filter(|path| path.starts_with('/')) {
            return Ok(Self::Folder(folder.into()));
        }
        if let Some((cloud, path)) = Cloud::split(text) {
            let (bucket, prefix) = bucket_and_prefix(path)?;
            return match cloud.is_built() {
                true => Ok(Self::Cloud {
                    cloud,
                    bucket,
                    prefix,
                }),
                false => Err(LocationProblem::NotBuilt(cloud)),
            };
        }
        let path = text.strip_prefix("s3://").ok_or(LocationProblem::Unknown)?;
        let (bucket, prefix) = bucket_and_prefix(path)?;
        Ok(Self::S3 {
            bucket,
            prefix,
            access,
        })
    }

    /// Another location that is reached as this one is.
    ///
    /// # Errors
    /// When it is no location.
    pub fn beside(&self, text: &str) -> Result<Self, LocationProblem> {
        let access = match self {
            Self::S3 { access, .. } => access.clone(),
            Self::Cloud { .. } | Self::Folder(_) | Self::Given { .. } => S3Access::default(),
        };
        Self::parse(text, access)
    }

    /// As `connect`, for who looks at what lies there: no folder is made.
    ///
    /// # Errors
    /// When the client cannot be made, or there is no such folder.
    pub fn connect_to_look(&self) -> Result<(Arc<dyn ObjectStore>, String), LocationProblem> {
        match self {
            Self::Folder(folder) if !folder.is_dir() => Err(LocationProblem::NoFolder(folder.clone())),
            _ => self.connect(),
        }
    }

    /// A client for it, and what all keys begin with; a folder is made where there is none.
    ///
    /// # Errors
    /// When the client cannot be made.
    pub fn connect(&self) -> Result<(Arc<dyn ObjectStore>, String), LocationProblem> {
        match self {
            Self::Given { objects, prefix } => Ok((objects.clone(), prefix.clone())),
            Self::Folder(folder) => Ok((Arc::new(FolderStore::open(folder)?), String::new())),
            Self::S3 {
                bucket,
                prefix,
                access,
            } => Ok((Arc::new(access.client(bucket)?), prefix.clone())),
            Self::Cloud {
                cloud,
                bucket,
                prefix,
            } => Ok((cloud.connect(bucket, patience()?, retries())?, prefix.clone())),
        }
    }
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3 { bucket, prefix, .. } => write!(f, "s3://{bucket}/{prefix}"),
            Self::Cloud {
                cloud,
                bucket,
                prefix,
            } => write!(f, "{cloud}{bucket}/{prefix}"),
            Self::Folder(folder) => write!(f, "file://{}", folder.display()),
            Self::Given { objects, prefix } => write!(f, "{objects}/{prefix}"),
        }
    }
}

impl S3Access {
    fn client(&self, bucket: &str) -> Result<object_store::aws::AmazonS3, LocationProblem> {
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_client_options(patience()?)
            .with_retry(retries());
        if let Some(endpoint) = &self.endpoint {
            builder = builder
                .with_endpoint(endpoint)
                .with_allow_http(endpoint.starts_with("http://"));
        }
        if let Some(region) = &self.region {
            builder = builder.with_region(region);
        }
        if let (Some(id), Some(secret)) = (&self.access_key_id, &self.secret_access_key) {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret);
        }
        Ok(builder.build()?)
    }
}

fn bucket_and_prefix(path: &str) -> Result<(String, String), LocationProblem> {
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    match bucket.is_empty() {
        true => Err(LocationProblem::Unknown),
        false => Ok((bucket.to_owned(), prefix.trim_matches('/').to_owned())),
    }
}

fn retries() -> RetryConfig {
    RetryConfig {
        max_retries: RETRIES,
        retry_timeout: RETRY_TIMEOUT,
        ..RetryConfig::default()
    }
}

/// How long one waits for a store, and whom it is taken from: a machine without root certificates, as an image that
/// holds nothing but this program, trusts those that Mozilla trusts.
fn patience() -> Result<ClientOptions, object_store::Error> {
    let mut options = ClientOptions::new()
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_read_timeout(READ_TIMEOUT)
        .with_timeout(REQUEST_TIMEOUT);
    if !rustls_native_certs::load_native_certs().certs.is_empty() {
        return Ok(options);
    }
    options = options.with_no_system_certificates(true);
    for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        options = options.with_root_certificate(Certificate::from_der(root)?);
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<String> {
        let location = StoreLocation::parse(text, S3Access::default()).ok()?;
        Some(location.to_string())
    }

    #[test]
    fn a_location_is_a_bucket_or_a_folder() {
        assert_eq!(told("s3://bucket"), Some("s3://bucket/".to_owned()));
        assert_eq!(told("s3://bucket/a/b/"), Some("s3://bucket/a/b".to_owned()));
        assert_eq!(
            told("file:///data/remote"),
            Some("file:///data/remote".to_owned())
        );
        for nonsense in [
            "",
            "s3://",
            "s3:///a",
            "file://relative",
            "/data",
            "http://bucket",
        ] {
            assert_eq!(told(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_bucket_that_this_program_cannot_reach_is_refused_with_what_to_build() {
        for (text, feature, is_built) in [
            ("gs://bucket/a", "gcs", cfg!(feature = "gcs")),
            ("az://container/a", "azure", cfg!(feature = "azure")),
        ] {
            match (StoreLocation::parse(text, S3Access::default()), is_built) {
                (Ok(location), true) => assert_eq!(location.to_string(), text),
                (Err(error), false) => {
                    assert!(
                        error.to_string().ends_with(&format!("--features {feature}")),
                        "{error}"
                    );
                }
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
        assert_eq!(told("gs://"), None);
        assert_eq!(told("az:///a"), None);
    }

    #[test]
    fn who_only_looks_makes_no_folder() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("remote");
        let location = StoreLocation::Folder(folder.clone());
        let refused = location.connect_to_look().expect_err("there is none");
        assert!(refused.to_string().ends_with("remote"), "{refused}");
        assert!(!folder.exists());
        location.connect().unwrap();
        location.connect_to_look().unwrap();
    }

    #[test]
    fn a_secret_is_never_shown() {
        let access = S3Access {
            access_key_id: Some("who".to_owned()),
            secret_access_key: Some("hush".to_owned()),
            ..S3Access::default()
        };
        let shown = format!("{:?}", StoreLocation::parse("s3://bucket", access).unwrap());
        assert!(!shown.contains("hush") && !shown.contains("who"), "{shown}");
    }
}
