//! `broker unregister`.

use broker_model::BrokerId;
use clap::Args;
use serde::Serialize;

use crate::confirm::ConfirmArgs;
use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;

/// Which broker.
#[derive(Args, Clone, Debug)]
pub struct UnregisterArgs {
    /// Its number
    id: i32,
    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

#[derive(Debug, Serialize)]
struct Unregistered {
    unregistered: i32,
}

/// Has the cluster forget the broker; its replicas stay assigned to it until they are reassigned.
pub(crate) async fn unregister(args: &UnregisterArgs) -> Result<(), CliError> {
    let what = format!("unregistering broker {}", args.id);
    args.confirm.confirm(&what, &args.id.to_string())?;
    let client = args.cluster.connect().await?;
    client.unregister_broker(BrokerId::new(args.id)).await?;
    args.cluster.output.print(&Unregistered {
        unregistered: args.id,
    })
}

impl Shown for Unregistered {
    fn text(&self) -> String {
        format!("unregistered broker {}\n", self.unregistered)
    }
}
