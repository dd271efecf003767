//! Requests that the active controller decides about, on whichever node they arrive (KIP-590).
//!
//! Invariant: a client gets the controller's answer or one that says that there was none in time; it never has to know
//! who the active controller is. Through a listener of controllers nothing is handed on: who is there asks the one
//! that leads, and is told when this node does not.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use broker_codec::{EncodeError, Encoder};
use broker_protocol::messages::{DefaultPrincipalData, EnvelopeResponse};
use broker_protocol::{ErrorCode, encode_versioned};
use bytes::Bytes;

use super::{Answer, Body, CloseConnection, HandlerResult, Reply, finish};
use crate::broker::Broker;
use crate::drivers::controller_channel::{ControllerUnavailable, envelope};
use crate::drivers::metadata_driver::MetadataUnavailable;
use crate::handlers::Refuse;
use crate::network::{ListenerKind, RequestContext};

/// How long an answer of the controller is waited for, whatever the client says.
const PATIENCE: Duration = Duration::from_secs(60);
/// Shorter waits of a client are taken for this one: an election has to fit in.
const PATIENCE_LEAST: Duration = Duration::from_secs(1);

/// Has the active controller answer: here if it is this node, else by handing the request on.
pub(super) async fn serve<R, F>(
    broker: &Arc<Broker>,
    context: &RequestContext,
    body: Body,
    handle: impl Fn(R) -> F,
) -> Result<Reply, CloseConnection>
where
    R: Refuse,
    F: Future<Output = HandlerResult<R::Response>>,
{
    let Body { frame, mut decoder } = body;
    let request = R::decode(&mut decoder, context.api_version)?;
    drop(decoder);
    let deadline = broker.clock.elapsed() + patience(&request);
    loop {
        if broker.controller.is_here() {
            match handle(request.clone()).await {
                Err(CloseConnection::MetadataUnavailable(MetadataUnavailable::NotController)) => {}
                answered => return finish(context, answered?),
            }
        }
        if context.connection.kind == ListenerKind::Controller {
            return refused(context, &request);
        }
        let left = deadline.saturating_sub(broker.clock.elapsed());
        match forward(broker, context, frame.clone(), left).await? {
            Forwarded::Answered(reply) => return Ok(reply),
            Forwarded::LedHere if left.is_zero() => break,
            Forwarded::LedHere => {}
            Forwarded::TooLate => break,
        }
    }
    finish(
        context,
        Answer::Respond(request.refuse(ErrorCode::RequestTimedOut)),
    )
}

/// What became of a request that was handed on.
enum Forwarded {
    Answered(Reply),
    /// This node became the active controller meanwhile.
    LedHere,
    TooLate,
}

fn patience<R: Refuse>(request: &R) -> Duration {
    let said = request.timeout_ms().and_then(|ms| u64::try_from(ms).ok());
    said.map_or(PATIENCE, |ms| {
        Duration::from_millis(ms).clamp(PATIENCE_LEAST, PATIENCE)
    })
}

/// Another node forwarded it here: it is told apart from what is inside, so that it finds the one that leads.
fn refused<R: Refuse>(context: &RequestContext, request: &R) -> Result<Reply, CloseConnection> {
    match context.connection.is_forwarded() {
        true => Err(MetadataUnavailable::NotController.into()),
        false => finish(context, Answer::Respond(request.refuse(ErrorCode::NotController))),
    }
}

async fn forward(
    broker: &Broker,
    context: &RequestContext,
    frame: Bytes,
    left: Duration,
) -> Result<Forwarded, CloseConnection> {
    let principal = DefaultPrincipalData {
        r#type: "User".into(),
        name: context.connection.authentication.user().into(),
        ..DefaultPrincipalData::default()
    };
    let principal = encode_versioned(&principal, 0)?;
    let client: IpAddr = context.client_address().ip().to_canonical();
    match broker
        .forwarding
        .forward(&envelope(frame, principal, client), left)
        .await
    {
        Ok(Some(answer)) => relayed(context, answer).map(Forwarded::Answered),
        Ok(None) => Ok(Forwarded::LedHere),
        Err(ControllerUnavailable::TimedOut { last }) => {
            tracing::debug!(api = %context.api, %last, "no active controller answered a client in time");
            Ok(Forwarded::TooLate)
        }
        Err(ControllerUnavailable::Here(error)) => Err(error.into()),
        Err(ControllerUnavailable::NotServed(_)) => Err(CloseConnection::Refused(
            "the active controller does not take requests of other nodes",
        )),
    }
}

/// The controller's answer as it is: its header is the one that the client's request asked for.
fn relayed(context: &RequestContext, answer: EnvelopeResponse) -> Result<Reply, CloseConnection> {
    let refused = CloseConnection::Refused("the active controller did not take the request");
    if answer.error_code != ErrorCode::None.code() {
        tracing::info!(api = %context.api, code = answer.error_code, "the active controller took no request");
        return Err(refused);
    }
    let bytes = answer.response_data.ok_or(refused)?;
    let size = i32::try_from(bytes.len()).map_err(|_| EncodeError::TooLong(bytes.len()))?;
    let mut frame = Encoder::with_capacity(size_of::<i32>() + bytes.len());
    frame.put_i32(size);
    frame.put_slice(&bytes);
    Ok(Reply::Send {
        frame,
        mute: Duration::ZERO,
    })
}
