//! The way to the admin service: which nodes, for how long, and which of them is asked what.
//!
//! Only the active controller decides; the others say who it is. So what it has to answer is asked of each address
//! that was given, until one answers for itself.

use std::time::Duration;

use broker_admin::tonic::transport::{Channel, Endpoint};
use broker_admin::tonic::{Code, Request, Status};
use broker_admin::v1::admin_client::AdminClient;
use broker_admin::{MESSAGE_BYTES_MAX, elsewhere};
use clap::Args;
use tokio::time::timeout;

use crate::duration::parse_duration;
use crate::error::{CliError, ExitStatus};
use crate::output::OutputFormat;

/// A client of one node.
pub(crate) type Node = AdminClient<Channel>;

/// Options of every command that talks to the admin service.
#[derive(Args, Clone, Debug)]
pub(crate) struct AdminArgs {
    /// Admin services to ask, as host:port, several separated by commas; the active controller is found among them
    #[arg(
        long,
        env = "EDDYLINE_ADMIN",
        default_value = "127.0.0.1:9645",
        value_name = "HOST:PORT",
        value_delimiter = ',',
        help_heading = "Admin service"
    )]
    pub(crate) admin: Vec<String>,
    /// How long a node may take to answer
    #[arg(
        long,
        default_value = "30s",
        value_name = "DURATION",
        value_parser = parse_duration,
        help_heading = "Admin service"
    )]
    pub(crate) timeout: Duration,
    /// How results are shown
    #[arg(
        long,
        short,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub(crate) output: OutputFormat,
}

/// A node did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{address}: {}", told(.status))]
pub(crate) struct AdminError {
    /// Who was asked.
    pub(crate) address: String,
    /// What it said, or why it was not reached.
    pub(crate) status: Status,
}

fn told(status: &Status) -> String {
    match status.message() {
        "" => status.code().description().to_owned(),
        message => message.to_owned(),
    }
}

impl AdminError {
    /// What the exit code says.
    pub(crate) fn exit_status(&self) -> ExitStatus {
        match self.status.code() {
            Code::DeadlineExceeded | Code::Cancelled | Code::Unavailable => ExitStatus::Timeout,
            Code::InvalidArgument => ExitStatus::Usage,
            Code::PermissionDenied | Code::Unauthenticated => ExitStatus::NotAllowed,
            _ => ExitStatus::Failed,
        }
    }
}

impl AdminArgs {
    /// A request that the node gives up when nobody waits for it any more.
    pub(crate) fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(self.timeout);
        request
    }

    /// Asks one node.
    ///
    /// # Errors
    /// It is not reached, or refuses.
    pub(crate) async fn ask<T>(
        &self,
        address: &str,
        call: impl AsyncFnOnce(&mut Node) -> Result<T, Status>,
    ) -> Result<T, AdminError> {
        let failed = |status| AdminError {
            address: address.to_owned(),
            status,
        };
        let asked = async {
            let mut node = self.connect(address).await?;
            call(&mut node).await
        };
        let late = || Status::deadline_exceeded("there was no answer in time");
        let answered = timeout(self.timeout, asked).await;
        answered.unwrap_or_else(|_| Err(late())).map_err(failed)
    }

    /// Asks the active controller.
    ///
    /// # Errors
    /// None of the addresses is its, or it refuses.
    pub(crate) async fn ask_controller<T>(
        &self,
        mut call: impl AsyncFnMut(&mut Node) -> Result<T, Status>,
    ) -> Result<T, CliError> {
        let mut first_failure: Option<AdminError> = None;
        for address in &self.admin {
            let failed = match self.ask(address, &mut call).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let is_elsewhere = elsewhere(&failed.status).is_some();
            let is_unreachable = failed.status.code() == Code::Unavailable;
            if !is_elsewhere && !is_unreachable {
                return Err(failed.into());
            }
            // Who the active controller is tells more than that somebody else is down.
            if first_failure.is_none() || is_elsewhere {
                first_failure = Some(failed);
            }
        }
        let nobody = || CliError::Usage("--admin names nobody".to_owned());
        Err(first_failure.map_or_else(nobody, CliError::from))
    }

    async fn connect(&self, address: &str) -> Result<Node, Status> {
        let wrong = || Status::invalid_argument("that is no host:port");
        let endpoint = Endpoint::from_shared(format!("http://{address}")).map_err(|_| wrong())?;
        let endpoint = endpoint.connect_timeout(self.timeout);
        let channel = endpoint.connect().await;
        let channel = channel.map_err(|_| Status::unavailable("no admin service answers there"))?;
        Ok(AdminClient::new(channel).max_decoding_message_size(MESSAGE_BYTES_MAX))
    }
}
