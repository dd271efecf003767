//! Buckets that do not speak S3: Google's and Microsoft's, in a program that was built with them.
//!
//! Decides which client a location needs. Credentials are never part of our configuration here: they come as their
//! owners' own tools want them, from the environment or the identity of the machine. Invariant: a location of a store
//! that this program was built without is refused when the configuration is read, with what to build.

use std::fmt;
use std::sync::Arc;

use object_store::{ClientOptions, ObjectStore, RetryConfig};

use super::location::LocationProblem;

/// Whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// Google Cloud Storage.
    Gcs,
    /// Azure Blob Storage.
    Azure,
}

impl Cloud {
    const ALL: [Self; 2] = [Self::Gcs, Self::Azure];

    /// Whose a location is, and what follows the scheme.
    pub(super) fn split(text: &str) -> Option<(Self, &str)> {
        Self::ALL
            .into_iter()
            .find_map(|cloud| Some((cloud, text.strip_prefix(cloud.scheme())?)))
    }

    const fn scheme(self) -> &'static str {
        match self {
            Self::Gcs => "gs://",
            Self::Azure => "az://",
        }
    }

    /// The feature of this crate that holds its client.
    pub(super) const fn feature(self) -> &'static str {
        match self {
            Self::Gcs => "gcs",
            Self::Azure => "azure",
        }
    }

    /// Whether this program can reach it.
    pub(super) const fn is_built(self) -> bool {
        match self {
            Self::Gcs => cfg!(feature = "gcs"),
            Self::Azure => cfg!(feature = "azure"),
        }
    }

    /// A client for one of its buckets.
    ///
    /// # Errors
    /// When the environment does not say enough, or this program was built without it.
    pub(super) fn connect(
        self,
        bucket: &str,
        options: ClientOptions,
        retry: RetryConfig,
    ) -> Result<Arc<dyn ObjectStore>, LocationProblem> {
        match self {
            #[cfg(feature = "gcs")]
            Self::Gcs => {
                let builder = object_store::gcp::GoogleCloudStorageBuilder::from_env()
                    .with_bucket_name(bucket)
                    .with_client_options(options)
                    .with_retry(retry);
                Ok(Arc::new(super::generations::Generations(builder.build()?)))
            }
            #[cfg(feature = "azure")]
            Self::Azure => {
                let builder = object_store::azure::MicrosoftAzureBuilder::from_env()
                    .with_container_name(bucket)
                    .with_client_options(options)
                    .with_retry(retry);
                Ok(Arc::new(builder.build()?))
            }
            #[cfg(not(all(feature = "gcs", feature = "azure")))]
            missing => {
                let (_, _, _) = (bucket, options, retry);
                Err(LocationProblem::NotBuilt(missing))
            }
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme())
    }
}
