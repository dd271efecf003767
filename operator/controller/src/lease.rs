//! One of several operators acts: the one that holds a Lease.
//!
//! Clocks of machines are not compared. A Lease has expired when this process has seen it unchanged for as long as it
//! lasts, by its own clock. Who cannot renew in two thirds of that time drops whatever it was doing, so that it is gone
//! before another begins, and waits for its turn again; and every write of a step names what was seen, in case it is not.

mod decide;

use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, PostParams};
use kube::{Client, ResourceExt};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use tracing::{info, warn};

use crate::error::OperatorError;
use decide::{Turn, turn};

/// Name of the Lease.
const NAME: &str = "eddyline-operator";
/// How long passes may take to end when the process is told to.
const LAST_PASSES: Duration = Duration::from_secs(20);

/// An operator that acts or wants to.
pub struct Election {
    leases: Api<Lease>,
    identity: String,
    lasts: Duration,
}

/// Who held the Lease when it was seen to change last.
struct Watch {
    version: Option<String>,
    since: Instant,
}

impl Election {
    /// Of the Lease in this namespace.
    #[must_use]
    pub fn new(client: Client, namespace: &str, identity: &str, lasts: Duration) -> Self {
        Self {
            leases: Api::namespaced(client, namespace),
            identity: identity.to_owned(),
            lasts,
        }
    }

    /// Acts whenever this process holds the Lease, until it is told to end; `led` hears whether it does.
    pub async fn lead(
        &self,
        mut told_to_end: impl Future<Output = ()> + Unpin,
        led: impl Fn(bool),
        act: impl AsyncFn(watch::Receiver<bool>),
    ) {
        loop {
            tokio::select! {
                () = self.acquire() => {}
                () = &mut told_to_end => return,
            }
            led(true);
            tokio::select! {
                () = self.keep() => {}
                () = until_told(&mut told_to_end, &act) => return self.release().await,
            }
            led(false);
            warn!(
                identity = self.identity,
                "the Lease was lost: this operator waits for its turn"
            );
        }
    }

    /// Waits until this process holds the Lease.
    pub async fn acquire(&self) {
        let mut watch = Watch {
            version: None,
            since: Instant::now(),
        };
        loop {
            match timeout(self.lasts / 3, self.attempt(&mut watch)).await {
                Ok(Ok(true)) => {
                    info!(identity = self.identity, "this operator acts");
                    return;
                }
                Ok(Ok(false)) => {}
                Ok(Err(error)) => warn!(%error, "the Lease cannot be taken"),
                Err(_) => warn!("Kubernetes does not answer in time to take the Lease"),
            }
            sleep(self.lasts / 5).await;
        }
    }

    /// Keeps the Lease; returns when it is lost.
    pub async fn keep(&self) {
        let mut renewed = Instant::now();
        loop {
            let deadline = renewed + self.lasts * 2 / 3;
            sleep_until(deadline.min(Instant::now() + self.lasts / 5)).await;
            // Others count from when they see the write, which is later than this.
            let began = Instant::now();
            let attempt = timeout_at(deadline.min(began + self.lasts / 3), self.renew()).await;
            match attempt {
                Ok(Ok(true)) => renewed = began,
                Ok(Ok(false)) => return,
                Ok(Err(error)) => warn!(%error, "the Lease cannot be renewed"),
                Err(_) => warn!("Kubernetes does not answer in time to renew the Lease"),
            }
            if renewed != began && Instant::now() >= deadline {
                return;
            }
        }
    }

    /// Gives the Lease back, so that another may act at once.
    pub async fn release(&self) {
        let Ok(Some(lease)) = self.seen().await else {
            return;
        };
        if holder(&lease) != Some(self.identity.as_str()) {
            return;
        }
        let released = self.written(&lease, "", 1).await;
        if let Err(error) = released {
            warn!(%error, "the Lease was not given back; it expires");
        }
    }

    async fn seen(&self) -> Result<Option<Lease>, OperatorError> {
        self.leases
            .get_opt(NAME)
            .await
            .map_err(|error| failed("get", error))
    }

    async fn attempt(&self, watch: &mut Watch) -> Result<bool, OperatorError> {
        let Some(lease) = self.seen().await? else {
            return self.create().await;
        };
        if lease.resource_version() != watch.version {
            watch.version = lease.resource_version();
            watch.since = Instant::now();
        }
        let unchanged = watch.since.elapsed();
        match turn(holder(&lease), &self.identity, unchanged, self.lasts) {
            Turn::Wait => Ok(false),
            Turn::Take => self.written(&lease, &self.identity, self.lasts.as_secs()).await,
        }
    }

    async fn renew(&self) -> Result<bool, OperatorError> {
        let Some(lease) = self.seen().await? else {
            return Ok(false);
        };
        if holder(&lease) != Some(self.identity.as_str()) {
            return Ok(false);
        }
        self.written(&lease, &self.identity, self.lasts.as_secs()).await
    }

    fn spec(&self, before: Option<&LeaseSpec>, identity: &str, seconds: u64) -> LeaseSpec {
        let now = MicroTime(Timestamp::now());
        let of_before = before.and_then(|spec| spec.holder_identity.as_deref());
        let stays = of_before == Some(identity);
        let transitions = before.and_then(|spec| spec.lease_transitions).unwrap_or_default();
        LeaseSpec {
            holder_identity: Some(identity.to_owned()),
            lease_duration_seconds: i32::try_from(seconds).ok(),
            acquire_time: match before {
                Some(spec) if stays => spec.acquire_time.clone(),
                _ => Some(now.clone()),
            },
            renew_time: Some(now),
            lease_transitions: Some(transitions + i32::from(!stays && !identity.is_empty())),
            ..LeaseSpec::default()
        }
    }

    async fn create(&self) -> Result<bool, OperatorError> {
        let lease = Lease {
            metadata: ObjectMeta {
                name: Some(NAME.to_owned()),
                ..ObjectMeta::default()
            },
            spec: Some(self.spec(None, &self.identity, self.lasts.as_secs())),
        };
        won(self.leases.create(&PostParams::default(), &lease).await, "create")
    }

    /// Writes the Lease as it was seen with another holder; somebody else's write in between wins.
    async fn written(&self, seen: &Lease, identity: &str, seconds: u64) -> Result<bool, OperatorError> {
        let mut lease = seen.clone();
        lease.metadata.managed_fields = None;
        lease.spec = Some(self.spec(seen.spec.as_ref(), identity, seconds));
        won(
            self.leases.replace(NAME, &PostParams::default(), &lease).await,
            "update",
        )
    }
}

/// Acts until told to end; what is being done then may be finished, for a while.
pub async fn until_told(
    told_to_end: impl Future<Output = ()> + Unpin,
    act: impl AsyncFn(watch::Receiver<bool>),
) {
    let (stop, stopped) = watch::channel(false);
    let mut acts = std::pin::pin!(act(stopped));
    tokio::select! {
        () = &mut acts => return,
        () = told_to_end => info!("told to end"),
    }
    stop.send_replace(true);
    if timeout(LAST_PASSES, acts).await.is_err() {
        warn!("a pass did not end in time and is given up");
    }
}

fn holder(lease: &Lease) -> Option<&str> {
    lease.spec.as_ref()?.holder_identity.as_deref()
}

fn won(written: Result<Lease, kube::Error>, verb: &'static str) -> Result<bool, OperatorError> {
    match written {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(status)) if status.is_conflict() || status.is_already_exists() => Ok(false),
        Err(error) => Err(failed(verb, error)),
    }
}

fn failed(verb: &'static str, source: kube::Error) -> OperatorError {
    OperatorError::Kubernetes {
        verb,
        resource: "leases.coordination.k8s.io".to_owned(),
        name: NAME.to_owned(),
        source: Box::new(source),
    }
}
