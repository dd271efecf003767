//! Whether a store may be used at all, found out at every start.
//!
//! Two questions: does it keep its word about conditions (`broker_tiered::store_probe`), and does it belong to this
//! cluster. The first cluster that comes to a prefix writes its id there, and any other is refused. Invariants: nothing
//! but the probe's own object and the owner's mark is written before both are answered; nothing at all is where another
//! cluster's mark lies, also in a store that would let it be written over.

use std::sync::Arc;

use broker_model::{ClusterId, Uuid};
use broker_tiered::store_probe::{ETagForm, ProbeAnswer, ProbeNext, ProbeStep, ProbeVerdict, StoreProbe};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, UpdateVersion};
use tokio::sync::Semaphore;

use super::explained::{explained, is_absent};
use super::{MANIFESTS_AT_A_TIME, RemoteStore, in_form, path_in};

/// A store must not be used, or not yet.
#[derive(Debug, thiserror::Error)]
pub enum StoreRefused {
    /// It overwrites what it was told not to.
    #[error(
        "the store ignores conditional writes (at {0:?}): two brokers could overwrite each other there; use a store \
         that honours If-None-Match and If-Match"
    )]
    IgnoresConditions(ProbeStep),
    /// It refuses correct conditions.
    #[error("the store refuses conditional changes of its own ETags; use a store that honours If-Match")]
    RefusesChanges,
    /// It belongs to another cluster.
    #[error(
        "the prefix belongs to cluster {found}, this is cluster {own}: give eddyline.remote.store another prefix"
    )]
    OwnedByOther {
        /// Whose it is.
        found: String,
        /// Who came.
        own: ClusterId,
    },
    /// It could not be tried.
    #[error("the store cannot be tried: {}", explained(.0))]
    Unavailable(Error),
}

impl StoreRefused {
    /// Whether it may be fit at the next try.
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// A store that wants to be used.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The store.
    pub objects: Arc<dyn ObjectStore>,
    /// What all names begin with.
    pub prefix: String,
    /// Who comes.
    pub cluster_id: ClusterId,
}

impl Admission {
    /// Tries the store; `id` is never given twice.
    ///
    /// # Errors
    /// When it is not fit, belongs to somebody else, or does not answer.
    pub async fn try_once(&self, id: Uuid) -> Result<RemoteStore, StoreRefused> {
        let mark = self.read_mark().await?;
        let etags = self.probe(id).await?;
        if mark == Mark::Missing {
            self.leave_mark().await?;
        }
        Ok(RemoteStore {
            objects: self.objects.clone(),
            prefix: self.prefix.clone(),
            cluster_id: self.cluster_id.clone(),
            etags,
            manifests: Arc::new(Semaphore::new(MANIFESTS_AT_A_TIME)),
        })
    }

    /// Finds the owner's mark.
    async fn read_mark(&self) -> Result<Mark, StoreRefused> {
        let path = path_in(&self.prefix, OWNER);
        let read = async { self.objects.get(&path).await?.bytes().await };
        let found = match read.await {
            Ok(found) => String::from_utf8_lossy(&found).trim().to_owned(),
            Err(error) if is_absent(&error) => return Ok(Mark::Missing),
            Err(error) => return Err(StoreRefused::Unavailable(error)),
        };
        match found == self.cluster_id.to_string() {
            true => Ok(Mark::Own),
            false => Err(StoreRefused::OwnedByOther {
                found,
                own: self.cluster_id.clone(),
            }),
        }
    }

    /// Leaves the mark, unless another cluster did so meanwhile.
    async fn leave_mark(&self) -> Result<(), StoreRefused> {
        let path = path_in(&self.prefix, OWNER);
        let own = format!("{}\n", self.cluster_id);
        let options = PutOptions::from(PutMode::Create);
        match self.objects.put_opts(&path, own.into(), options).await {
            Ok(_) | Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {}
            Err(error) => return Err(StoreRefused::Unavailable(error)),
        }
        self.read_mark().await.map(|_| ())
    }

    async fn probe(&self, id: Uuid) -> Result<ETagForm, StoreRefused> {
        let path = path_in(&self.prefix, &format!("probe-{id}"));
        let (mut probe, mut next) = StoreProbe::begin();
        let mut created = String::new();
        let mut failure = None;
        let verdict = loop {
            match next {
                ProbeNext::Ask(step, form) => {
                    let answer = match self.ask(&path, step, in_form(&created, form)).await {
                        Ok((answer, etag)) => {
                            if step == ProbeStep::Create {
                                created = etag;
                            }
                            answer
                        }
                        Err(error) => {
                            failure = Some(error);
                            ProbeAnswer::Failed
                        }
                    };
                    next = probe.answered(answer);
                }
                ProbeNext::Over(verdict) => break verdict,
            }
        };
        if let Err(error) = self.objects.delete(&path).await {
            tracing::debug!(%path, %error, "the object that tried the remote store stays there");
        }
        match (verdict, failure) {
            (ProbeVerdict::Trusted(form), _) => Ok(form),
            (ProbeVerdict::IgnoresConditions(step), _) => Err(StoreRefused::IgnoresConditions(step)),
            (ProbeVerdict::Unavailable(_), Some(error)) => Err(StoreRefused::Unavailable(error)),
            (ProbeVerdict::RefusesChanges | ProbeVerdict::Unavailable(_), _) => {
                Err(StoreRefused::RefusesChanges)
            }
        }
    }

    async fn ask(&self, path: &Path, step: ProbeStep, etag: String) -> Result<(ProbeAnswer, String), Error> {
        let update = UpdateVersion {
            e_tag: Some(etag),
            version: None,
        };
        let (mode, content) = match step {
            ProbeStep::Create => (PutMode::Create, "created"),
            ProbeStep::CreateAgain => (PutMode::Create, "created again"),
            ProbeStep::Change => (PutMode::Update(update), CHANGED),
            ProbeStep::ChangeStale => (PutMode::Update(update), "changed too late"),
            ProbeStep::ReadBack => {
                let read = self.objects.get(path).await?.bytes().await?;
                let answer = match read == CHANGED.as_bytes() {
                    true => ProbeAnswer::Done,
                    false => ProbeAnswer::Refused,
                };
                return Ok((answer, String::new()));
            }
        };
        let put = self.objects.put_opts(path, content.into(), mode.into()).await;
        match put {
            Ok(done) => Ok((ProbeAnswer::Done, done.e_tag.unwrap_or_default())),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. }) => {
                Ok((ProbeAnswer::Refused, String::new()))
            }
            Err(error) => Err(error),
        }
    }
}

/// Whose the prefix is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// Nobody's so far.
    Missing,
    /// This cluster's.
    Own,
}

const CHANGED: &str = "changed";
/// The mark, below the prefix.
const OWNER: &str = "owner";

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;
    use crate::remote_store::FolderStore;

    fn admission(objects: Arc<dyn ObjectStore>, cluster: &str) -> Admission {
        Admission {
            objects,
            prefix: "a/prefix".to_owned(),
            cluster_id: ClusterId::new(cluster),
        }
    }

    async fn takes_one_cluster_only(objects: Arc<dyn ObjectStore>) {
        let first = admission(objects.clone(), "first");
        for id in 1..=2 {
            first.try_once(Uuid::from_bytes([id; 16])).await.unwrap();
        }
        let second = admission(objects, "second")
            .try_once(Uuid::from_bytes([3; 16]))
            .await;
        let refused = second.unwrap_err();
        assert!(
            !refused.may_pass() && refused.to_string().contains("cluster first"),
            "{refused}"
        );
    }

    #[tokio::test]
    async fn a_prefix_belongs_to_the_cluster_that_came_first() {
        takes_one_cluster_only(Arc::new(InMemory::new())).await;
    }

    #[tokio::test]
    async fn a_folder_keeps_its_word_about_conditions() {
        let folder = tempfile::tempdir().unwrap();
        takes_one_cluster_only(Arc::new(FolderStore::open(folder.path()).unwrap())).await;
    }
}
