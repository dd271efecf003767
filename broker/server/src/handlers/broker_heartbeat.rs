//! BrokerHeartbeat (63): a broker is heard, and learns whether it is let in and whether it may stop (KIP-631).
//!
//! The connection remembers whose heartbeats it carries: its end says sooner than silence that the broker is gone.

use std::sync::Arc;

use broker_model::{BrokerEpoch, BrokerId};
use broker_protocol::messages::{BrokerHeartbeatRequest, BrokerHeartbeatResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// This node is not the active controller any more, or stops.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: BrokerHeartbeatRequest,
) -> HandlerResult<BrokerHeartbeatResponse> {
    let sender = (
        BrokerId::new(request.broker_id),
        BrokerEpoch::new(request.broker_epoch),
    );
    let (paths, through) = (&broker.network.heartbeat_paths, context.connection.id);
    let is_known = {
        let image = broker.image.load();
        let known = image.cluster.broker(sender.0);
        known.is_some_and(|known| known.epoch == sender.1)
    };
    if is_known {
        paths.came(sender, through);
    }
    let answer = broker.controller.here(request).await?;
    if answer.error_code == 0 {
        // One that is known may have taken another path while this was decided.
        if !is_known {
            paths.came(sender, through);
        }
        context.connection.heartbeats_of(sender);
    }
    Ok(Answer::Respond(answer))
}
