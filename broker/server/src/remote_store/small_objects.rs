//! Small objects that are read whole and replaced under a condition: backups and plans.
//!
//! Manifests are such objects, too, and have words of their own beside the segments.

use broker_tiered::manifest_keeper::{ETag, PutCondition};
use bytes::Bytes;
use object_store::{Error, ObjectStoreExt as _, PutPayload};

use super::{RemoteStore, is_absent};

/// What a store answered to a GET.
#[derive(Clone, Debug)]
pub enum SmallRead {
    /// The object.
    Found(Bytes, ETag),
    /// There is none.
    Absent,
}

/// What a store answered to a conditional PUT that it understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmallPut {
    /// It is written.
    Done(ETag),
    /// The condition did not hold.
    Refused,
}

impl RemoteStore {
    /// Reads an object.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn read_small(&self, below: &str) -> Result<SmallRead, Error> {
        let got = match self.objects.get(&self.path(below)).await {
            Ok(got) => got,
            Err(error) if is_absent(&error) => return Ok(SmallRead::Absent),
            Err(error) => return Err(error),
        };
        let etag = ETag(got.meta.e_tag.clone().unwrap_or_default());
        Ok(SmallRead::Found(got.bytes().await?, etag))
    }

    /// Writes an object if the condition holds.
    ///
    /// # Errors
    /// When nobody knows whether it was written.
    pub async fn put_small(
        &self,
        below: &str,
        bytes: Vec<u8>,
        condition: &PutCondition,
    ) -> Result<SmallPut, Error> {
        let path = self.path(below);
        match self.put_if(&path, PutPayload::from(bytes), condition).await {
            Ok(etag) => Ok(SmallPut::Done(etag)),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. }) => {
                Ok(SmallPut::Refused)
            }
            Err(error) => Err(error),
        }
    }
}
