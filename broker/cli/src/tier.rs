//! `tier status`, `tier cost`, `tier pause`, `tier resume` and `tier restore`: the remote tier as the brokers use it.
//!
//! Every node that `--admin` names is asked about itself; what each leads adds up to the topics. Copying is paused by a
//! configuration of all brokers, so that it outlives restarts. What lies in a bucket is looked at without brokers, beside
//! these commands (`tier inspect`, `tier verify`).

mod cost;
mod restore;
mod status;

use broker_admin::v1::{TierStatusRequest, TierStatusResponse};
use broker_client::{ConfigChange, ConfigOperation, ConfigResource, ConfigResourceType, Validation};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::admin::{AdminArgs, AdminError, Node};
use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::{OutputFormat, Shown};

const PAUSED: &str = "eddyline.remote.copy.paused";

/// What is done with the remote tier of a cluster.
#[derive(Clone, Debug, Subcommand)]
pub enum TierCommand {
    /// Show what topics have in both tiers, how far copies lag, and whether the store answers
    Status(StatusArgs),
    /// Estimate requests and bytes of a month from what was counted
    Cost(StatusArgs),
    /// Copy nothing more to the remote tier for now; what is there stays readable
    Pause(SwitchArgs),
    /// Copy to the remote tier again
    Resume(SwitchArgs),
    /// Bring one topic back from the bucket of another cluster, under a name that is free here
    Restore(Box<restore::RestoreArgs>),
}

/// Which nodes are asked: every broker of the cluster, or what they lead is missing.
#[derive(Args, Clone, Debug)]
pub struct StatusArgs {
    #[command(flatten)]
    admin: AdminArgs,
}

/// Which cluster.
#[derive(Args, Clone, Debug)]
pub struct SwitchArgs {
    #[command(flatten)]
    cluster: ClusterArgs,
}

#[derive(Debug, Serialize)]
struct Switched {
    copying: &'static str,
}

impl TierCommand {
    pub(crate) fn output_format(&self) -> OutputFormat {
        match self {
            Self::Status(args) | Self::Cost(args) => args.admin.output,
            Self::Pause(args) | Self::Resume(args) => args.cluster.output,
            Self::Restore(args) => args.output_format(),
        }
    }

    pub(crate) async fn carry_out(self) -> Result<(), CliError> {
        match self {
            Self::Status(args) => args.show(|nodes| status::Tier::of(&nodes)).await,
            Self::Cost(args) => args.show(|nodes| cost::Month::of(&nodes)).await,
            Self::Pause(args) => {
                args.switch("paused", ConfigOperation::Set("true".to_owned()))
                    .await
            }
            Self::Resume(args) => args.switch("resumed", ConfigOperation::Delete).await,
            Self::Restore(args) => args.carry_out().await,
        }
    }
}

impl StatusArgs {
    async fn show<T: Shown>(&self, of: impl FnOnce(Vec<TierStatusResponse>) -> T) -> Result<(), CliError> {
        let (mut nodes, mut failures) = (Vec::new(), Vec::new());
        for address in &self.admin.admin {
            match self.ask(address).await {
                Ok(node) => nodes.push(node),
                Err(failed) => failures.push(CliError::from(failed)),
            }
        }
        if !nodes.is_empty() {
            self.admin.output.print(&of(nodes))?;
        }
        CliError::of_many("nodes", self.admin.admin.len(), failures, self.admin.output)
    }

    /// All pages of one node.
    async fn ask(&self, address: &str) -> Result<TierStatusResponse, AdminError> {
        let mut whole: Option<TierStatusResponse> = None;
        loop {
            let page_token = whole
                .as_ref()
                .map_or(String::new(), |page| page.next_page_token.clone());
            let call = async |node: &mut Node| {
                let request = TierStatusRequest {
                    page_token,
                    ..TierStatusRequest::default()
                };
                node.tier_status(self.admin.request(request)).await
            };
            let page = self.admin.ask(address, call).await?.into_inner();
            let earlier = whole.take().map_or(Vec::new(), |whole| whole.topics);
            let mut page = page;
            page.topics.splice(0..0, earlier);
            if page.next_page_token.is_empty() {
                return Ok(page);
            }
            whole = Some(page);
        }
    }
}

impl SwitchArgs {
    async fn switch(&self, copying: &'static str, operation: ConfigOperation) -> Result<(), CliError> {
        let resource = ConfigResource {
            kind: ConfigResourceType::Broker,
            name: String::new(),
        };
        let change = ConfigChange {
            name: PAUSED.to_owned(),
            operation,
        };
        let client = self.cluster.connect().await?;
        client
            .alter_configs(&resource, &[change], Validation::AndApply)
            .await?;
        self.cluster.output.print(&Switched { copying })
    }
}

impl Shown for Switched {
    fn text(&self) -> String {
        format!("copying to the remote tier: {}\n", self.copying)
    }
}
