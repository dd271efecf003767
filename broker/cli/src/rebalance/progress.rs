//! `rebalance status` and `rebalance cancel`.

use broker_admin::tonic::{Code, Streaming};
use broker_admin::v1::{
    self, CancelRebalanceRequest, RebalanceProgress, RebalanceState, WatchRebalanceRequest,
};
use clap::Args;
use serde::Serialize;

use crate::admin::{AdminArgs, AdminError, Node};
use crate::error::CliError;
use crate::interrupt::interrupted;
use crate::output::{OutputFormat, Shown, write_out};

/// Once, or until it is over.
#[derive(Args, Clone, Debug)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    pub(super) admin: AdminArgs,
    /// Show it again and again until it is over
    #[arg(long)]
    watch: bool,
}

/// Nothing to choose.
#[derive(Args, Clone, Debug)]
pub(super) struct CancelArgs {
    #[command(flatten)]
    pub(super) admin: AdminArgs,
}

#[derive(Debug, Serialize)]
struct Shot {
    rebalance_id: String,
    state: &'static str,
    started_ms: i64,
    planned: u32,
    planned_bytes: u64,
    pending: u32,
    moving: u32,
    done: u32,
    overtaken: u32,
    done_bytes: u64,
}

#[derive(Debug, Serialize)]
struct Cancelled {
    going_on: u32,
}

/// Says how far the plan is.
pub(super) async fn status(args: &StatusArgs) -> Result<(), CliError> {
    if args.watch {
        return watch(&args.admin).await;
    }
    let mut stream = open(&args.admin).await?;
    let next = stream
        .message()
        .await
        .map_err(|status| failed(&args.admin, status))?;
    match next {
        Some(progress) => args.admin.output.print(&Shot::from(progress)),
        None => Ok(()),
    }
}

/// Says how far the plan is until it is over, one line a message; goes on with another controller when one takes over.
pub(crate) async fn watch(admin: &AdminArgs) -> Result<(), CliError> {
    tokio::select! {
        watched = watch_all(admin) => watched,
        () = interrupted() => Ok(()),
    }
}

async fn watch_all(admin: &AdminArgs) -> Result<(), CliError> {
    loop {
        let mut stream = open(admin).await?;
        loop {
            match stream.message().await {
                Ok(Some(progress)) => {
                    let is_over = progress.state() != RebalanceState::Running;
                    print_line(admin.output, Shot::from(progress))?;
                    if is_over {
                        return Ok(());
                    }
                }
                // Streams end after some minutes, and with their controller.
                Ok(None) => break,
                Err(status) if broker_admin::elsewhere(&status).is_some() => break,
                Err(status) if status.code() == Code::Unavailable => break,
                Err(status) => return Err(failed(admin, status)),
            }
        }
    }
}

fn print_line(format: OutputFormat, shot: Shot) -> Result<(), CliError> {
    match format {
        OutputFormat::Json => {
            let unfit = |error: serde_json::Error| CliError::Format {
                format: "JSON",
                reason: error.to_string(),
            };
            let line = serde_json::to_string(&shot).map_err(unfit)?;
            write_out(format!("{line}\n").as_bytes())
        }
        other => other.print(&shot),
    }
}

async fn open(admin: &AdminArgs) -> Result<Streaming<RebalanceProgress>, CliError> {
    let call = async |node: &mut Node| {
        // The deadline is of the answer's head, not of the stream.
        node.watch_rebalance(WatchRebalanceRequest { interval_ms: 0 })
            .await
    };
    Ok(admin.ask_controller(call).await?.into_inner())
}

fn failed(admin: &AdminArgs, status: broker_admin::tonic::Status) -> CliError {
    AdminError {
        address: admin.admin.join(","),
        status,
    }
    .into()
}

/// Ends the plan.
pub(super) async fn cancel(args: &CancelArgs) -> Result<(), CliError> {
    let call = async |node: &mut Node| {
        let request = args.admin.request(CancelRebalanceRequest {});
        node.cancel_rebalance(request).await
    };
    let cancelled = args.admin.ask_controller(call).await?.into_inner();
    args.admin.output.print(&Cancelled {
        going_on: cancelled.going_on,
    })
}

impl From<v1::RebalanceProgress> for Shot {
    fn from(progress: v1::RebalanceProgress) -> Self {
        Self {
            state: match progress.state() {
                RebalanceState::Running => "running",
                RebalanceState::Finished => "finished",
                RebalanceState::Cancelled => "cancelled",
                RebalanceState::Unspecified => "unknown",
            },
            rebalance_id: progress.rebalance_id,
            started_ms: progress.started_ms,
            planned: progress.planned,
            planned_bytes: progress.planned_bytes,
            pending: progress.pending,
            moving: progress.moving,
            done: progress.done,
            overtaken: progress.overtaken,
            done_bytes: progress.done_bytes,
        }
    }
}

impl Shown for Shot {
    fn text(&self) -> String {
        format!(
            "{}  {} of {} partitions done, {} moving, {} waiting, {} overtaken; {} of {} bytes\n",
            self.state,
            self.done,
            self.planned,
            self.moving,
            self.pending,
            self.overtaken,
            self.done_bytes,
            self.planned_bytes
        )
    }
}

impl Shown for Cancelled {
    fn text(&self) -> String {
        match self.going_on {
            0 => "cancelled; nothing moves any more\n".to_owned(),
            count => format!("cancelled; {count} movements go on because they cannot be taken back\n"),
        }
    }
}
