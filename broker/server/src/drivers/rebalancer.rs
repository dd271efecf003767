//! Keeps a plan going that was started: asks the controller again and again what may move next.
//!
//! Owns one task, on every node; it does something where the active controller is and a plan runs. What moves is the
//! controller's decision, and the plan is in the metadata log, so that the task of the next controller goes on.

use std::sync::Arc;
use std::time::Duration;

use broker_controller::{Outcome, Rebalance};
use tokio::task::JoinHandle;

use super::metadata_driver::{ActiveController, MetadataDriver, MetadataUnavailable};

/// Between two looks while a plan runs.
const STEP: Duration = Duration::from_millis(250);
/// Between two looks while none does.
const REST: Duration = Duration::from_secs(1);

/// Starts the task; it ends when it is aborted.
pub fn start(metadata: Arc<MetadataDriver>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let pause = match advance(&metadata).await {
                true => STEP,
                false => REST,
            };
            tokio::time::sleep(pause).await;
        }
    })
}

/// Whether a plan runs and this node has it go on.
async fn advance(metadata: &MetadataDriver) -> bool {
    if metadata.quorum().borrow().active != ActiveController::ThisNode {
        return false;
    }
    match Rebalance::load(&metadata.image().load()) {
        Ok(Some(rebalance)) if rebalance.is_running() => {}
        Ok(_) => return false,
        Err(error) => {
            tracing::error!(%error, "the rebalance stands still");
            return false;
        }
    }
    let advanced = metadata.decide(|controller, _, _| match Rebalance::load(controller.image()) {
        Ok(Some(rebalance)) => {
            let outcome = controller.advance_rebalance(&rebalance);
            Outcome::new(outcome.records, Some(outcome.response))
        }
        Ok(None) | Err(_) => Outcome::answer(None),
    });
    match advanced.await {
        Ok(progress) => tracing::debug!(?progress, "rebalance"),
        Err(MetadataUnavailable::NotController | MetadataUnavailable::Stopped) => return false,
        Err(error) => tracing::warn!(%error, "the rebalance did not go on"),
    }
    true
}
