//! Runs the continuous mode of the balancer (`eddyline.rebalance.interval.seconds`) where the controller is.
//!
//! One task: it shows the cluster to `broker_controller::ContinuousMode`, and when a plan is due it has one made as
//! the admin service would, and starts it if the controller finds it worth it. What is started then goes on by itself
//! like any other plan. When, and whether, is decided in `broker_controller`; this only asks and logs.

use std::sync::Arc;
use std::time::Duration;

use broker_admin::tonic::Status;
use broker_controller::balancer::RebalanceMode;
use broker_controller::{Calm, ContinuousMode, ContinuousPlan};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::metadata_driver::ActiveController;
use crate::admin_service::rebalance::{decide, make_plan, new_id};
use crate::broker::Broker;
use crate::network::ListenerName;

/// Pause between looks; a look is cheap, and plans, registrations and cordons between two are noticed by the next.
const LOOK: Duration = Duration::from_secs(1);

/// What the task works with.
#[derive(Debug)]
pub struct ContinuousRebalance {
    /// The node.
    pub broker: Arc<Broker>,
    /// Where brokers are asked how large their logs are.
    pub inter_broker_listener: ListenerName,
    /// When a plan is due.
    pub mode: ContinuousMode,
}

impl ContinuousRebalance {
    /// Starts the task; it ends when it is aborted.
    pub fn start(self) -> JoinHandle<()> {
        tokio::spawn(self.run())
    }

    async fn run(mut self) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let Some(calm) = self.look() else {
                continue;
            };
            if let Err(status) = self.plan(calm).await {
                tracing::warn!(why = status.message(), "the continuous mode starts no plan");
            }
        }
    }

    fn look(&mut self) -> Option<Calm> {
        let is_here = self.broker.metadata.quorum().borrow().active == ActiveController::ThisNode;
        let image = is_here.then(|| self.broker.image.load_full());
        self.mode.look(image.as_deref(), self.broker.clock.monotonic())
    }

    async fn plan(&self, calm: Calm) -> Result<(), Status> {
        let made = make_plan(&self.inter_broker_listener, &self.broker, RebalanceMode::Full);
        let (plan, sizes) = made.await?;
        let (id, movements) = (new_id()?, plan.movements.len());
        let started = decide(&self.broker, move |controller, now| {
            let made = ContinuousPlan {
                plan: &plan,
                unmeasured: &sizes.silent,
                calm: &calm,
            };
            controller.start_continuous(made, (id, now))
        });
        if let Some(rebalance) = started.await? {
            tracing::info!(%rebalance, movements, "the continuous mode started a plan");
        }
        Ok(())
    }
}
