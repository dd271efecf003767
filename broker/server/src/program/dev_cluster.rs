//! `eddyline dev --brokers N`: a whole cluster of processes with one command, and with `--chaos` one that is never left
//! alone.
//!
//! Owns the processes and what is to happen to them next. Invariant: everything here runs on the main thread, because
//! the system ends a node together with the thread that started it.

mod layout;
mod nodes;
mod report;
mod schedule;
mod self_check;
mod tally;

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use broker_client::{Client, ClientError, ClientOptions};
use broker_metadata::metadata_log::{Voter, VoterEndpoint};
use broker_model::{BrokerId, ClusterId, DirectoryId};
use broker_storage::RealFs;
use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep, sleep_until};

use super::dev::{DataDirectory, DevArguments};
use super::serve::ServeError;
use crate::clock::{Clock, random_seed, random_uuid};
use crate::config;
use crate::format::{AlreadyFormatted, FormatVoters, format};
use layout::NodeLayout;
use nodes::Nodes;
use report::Happening;
pub(super) use report::{DevOutput, Ready};
use schedule::{Fault, Schedule, Strike};
use self_check::SelfCheck;

/// Fewest nodes of which one may be missing.
pub(super) const CHAOS_NODES_MIN: usize = 3;
/// How long the nodes may take until all of them serve.
const READY_MAX: Duration = Duration::from_secs(60);
/// How long a node may take to stop before it is killed.
const STOP_MAX: Duration = Duration::from_secs(15);
/// How often is looked whether nodes serve, or have ended.
const LOOK: Duration = Duration::from_millis(20);
/// How often the check tells how far it is.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// Runs the cluster until the process is told to stop.
///
/// # Errors
/// A node does not start or ends by itself, or acknowledged records are lost.
pub(super) async fn run(arguments: DevArguments, data: DataDirectory) -> Result<(), ServeError> {
    let clock = Clock::start();
    let mut nodes = prepare(&arguments, data.path(), clock)?;
    nodes.start_all()?;
    let outcome = serve(&arguments, &mut nodes, &data, clock).await;
    match data {
        DataDirectory::Given(_) => stop_in_order(&mut nodes).await?,
        DataDirectory::Temporary(_) => nodes.kill_all(),
    }
    outcome
}

/// Lays the nodes out and formats them, unless the directory has them already.
fn prepare(arguments: &DevArguments, directory: &Path, clock: Clock) -> Result<Nodes, ServeError> {
    let wanted = usize::from(arguments.brokers);
    let mut layouts = layout::laid_out(directory).map_err(ServeError::Cluster)?;
    if layouts.is_empty() {
        layouts = layout::lay_out(directory, wanted, arguments.port).map_err(ServeError::Cluster)?;
        format_all(&layouts, clock)?;
    }
    if layouts.len() != wanted {
        let (path, count) = (directory.display(), layouts.len());
        return Err(ServeError::Cluster(format!(
            "{path} holds a cluster of {count} nodes; start it with --brokers {count}"
        )));
    }
    Ok(Nodes::new(layouts, arguments.configs.clone()))
}

fn format_all(layouts: &[NodeLayout], clock: Clock) -> Result<(), ServeError> {
    let cluster_id = ClusterId::new(random_uuid()?.to_string());
    let mut voters = Vec::with_capacity(layouts.len());
    for layout in layouts {
        voters.push(Voter {
            id: BrokerId::new(layout.id),
            directory_id: DirectoryId::new(random_uuid()?),
            endpoints: vec![VoterEndpoint {
                name: "CONTROLLER".to_owned(),
                host: "127.0.0.1".to_owned(),
                port: layout.controller,
            }],
            kraft_version_range: (0, 1),
        });
    }
    for layout in layouts {
        std::fs::create_dir_all(&layout.home)?;
        let file = layout.properties_file();
        std::fs::write(&file, layout.properties(layouts))?;
        let config = config::load(Some(&file), std::iter::empty(), &[])?;
        let mut request =
            config.format_request(Some(cluster_id.clone()), AlreadyFormatted::Refuse, clock.wall());
        request.voters = FormatVoters::Initial(voters.clone());
        format(&RealFs, &request)?;
    }
    Ok(())
}

/// Waits until all nodes serve, says so, and does what else was asked for.
async fn serve(
    arguments: &DevArguments,
    nodes: &mut Nodes,
    data: &DataDirectory,
    clock: Clock,
) -> Result<(), ServeError> {
    tokio::select! {
        outcome = all_ready(nodes) => outcome?,
        outcome = told() => return outcome,
    }
    announce(arguments.output, nodes, data, clock)?;
    if arguments.chaos {
        return chaos(arguments, nodes).await;
    }
    tokio::select! {
        outcome = watch(nodes) => outcome,
        outcome = told() => outcome,
    }
}

/// Ends when a node does.
async fn watch(nodes: &mut Nodes) -> Result<(), ServeError> {
    loop {
        none_ended(nodes)?;
        sleep(LOOK * 10).await;
    }
}

pub(super) async fn told() -> Result<(), ServeError> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

fn none_ended(nodes: &mut Nodes) -> Result<(), ServeError> {
    for index in 0..nodes.len() {
        if nodes.has_ended(index)? {
            let last_words = nodes.last_words(index);
            return Err(ServeError::Cluster(format!(
                "node {} ended: {last_words}",
                index + 1
            )));
        }
    }
    Ok(())
}

async fn all_ready(nodes: &mut Nodes) -> Result<(), ServeError> {
    let deadline = Instant::now() + READY_MAX;
    loop {
        none_ended(nodes)?;
        match in_service(&nodes.bootstrap()).await {
            Ok(count) if count >= nodes.len() => return Ok(()),
            Err(error) if Instant::now() > deadline => return Err(error.into()),
            Ok(count) if Instant::now() > deadline => {
                let (total, last_words) = (nodes.len(), nodes.last_words(0));
                return Err(ServeError::Cluster(format!(
                    "{count} of {total} nodes serve after {READY_MAX:?}: {last_words}"
                )));
            }
            Ok(_) | Err(_) => sleep(LOOK).await,
        }
    }
}

/// How many brokers the cluster has in service.
async fn in_service(bootstrap: &str) -> Result<usize, ClientError> {
    let options = ClientOptions {
        call_timeout: Duration::from_secs(2),
        ..self_check::impatient()
    };
    let client = Client::connect(bootstrap, options).await?;
    let cluster = client.describe_cluster().await?;
    Ok(cluster.brokers.iter().filter(|broker| !broker.is_fenced).count())
}

fn announce(output: DevOutput, nodes: &Nodes, data: &DataDirectory, clock: Clock) -> Result<(), ServeError> {
    let (seconds, bootstrap) = (clock.elapsed().as_secs_f64(), nodes.bootstrap());
    let remote_store = nodes.layouts().find_map(NodeLayout::told_remote_store);
    let mut out = std::io::stdout().lock();
    if output == DevOutput::Json {
        let addresses: Vec<String> = nodes.layouts().map(NodeLayout::address).collect();
        let ready = Ready {
            seconds,
            kafka: &addresses,
            data: data.path(),
            remote_store,
            s3: None,
        };
        writeln!(out, "{}", ready.object())?;
        return Ok(out.flush()?);
    }
    writeln!(out, "ready in {seconds:.1}s  kafka {bootstrap}")?;
    writeln!(out, "  data   {}", data.told())?;
    if let Some(location) = remote_store {
        writeln!(out, "  older  {location} (closed segments, looked for every 5 s)")?;
    }
    for node in nodes.layouts() {
        writeln!(out, "  http   http://127.0.0.1:{}/metrics", node.http)?;
    }
    let admin: Vec<String> = nodes
        .layouts()
        .filter_map(|node| Some(format!("127.0.0.1:{}", node.admin?)))
        .collect();
    if !admin.is_empty() {
        writeln!(out, "  admin  {}", admin.join(","))?;
    }
    writeln!(out, "  try    eddyline cluster info -b {bootstrap}")?;
    writeln!(out, "         echo hello | kcat -b {bootstrap} -t greetings -P")?;
    writeln!(out, "  stop   Ctrl-C")?;
    Ok(out.flush()?)
}

/// What happens next to the nodes.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// Something goes wrong.
    Strike(Instant, Strike),
    /// A node goes on.
    Heal(Instant, Strike),
    /// A node was asked to stop, and is started when it has.
    Restart(Instant, Strike),
}

impl Next {
    fn after(schedule: &mut Schedule) -> Self {
        let strike = schedule.next();
        Self::Strike(Instant::now() + strike.after, strike)
    }

    fn due(&self) -> Instant {
        match self {
            Self::Strike(at, _) | Self::Heal(at, _) | Self::Restart(at, _) => *at,
        }
    }
}

async fn chaos(arguments: &DevArguments, nodes: &mut Nodes) -> Result<(), ServeError> {
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => random_seed()? % 1_000_000,
    };
    let output = arguments.output;
    let mut check = SelfCheck::start(&nodes.bootstrap()).await?;
    output.tell(Duration::ZERO, Happening::Chaos { seed })?;
    let mut schedule = Schedule::new(seed, nodes.len());
    let mut next = Next::after(&mut schedule);
    let mut strikes = 0;
    let mut tell = Instant::now() + TELL_EVERY;
    let end = arguments.duration.map(|duration| Instant::now() + duration);
    let mut told = std::pin::pin!(told());
    loop {
        tokio::select! {
            () = check.step() => {}
            () = sleep_until(next.due()) => {
                strikes += usize::from(matches!(next, Next::Strike(..)));
                next = carry_out(next, nodes, &mut schedule, (output, check.elapsed()))?;
            }
            () = sleep_until(tell) => {
                tell += TELL_EVERY;
                output.tell(check.elapsed(), Happening::Progress { tally: check.tally() })?;
            }
            () = sleep_until(end.unwrap_or(tell)), if end.is_some() => break,
            outcome = &mut told => {
                outcome?;
                break;
            }
        }
    }
    heal(nodes, next).await?;
    all_ready(nodes).await?;
    let verdict = check.finish().await?;
    let tally = check.tally();
    output.tell(
        check.elapsed(),
        Happening::Verdict {
            tally,
            verdict,
            strikes,
            seed,
        },
    )?;
    match verdict.lost {
        0 => Ok(()),
        lost => Err(ServeError::Cluster(format!(
            "{lost} of {} acknowledged records are lost",
            tally.acknowledged()
        ))),
    }
}

/// Does what is due, and says what comes next.
fn carry_out(
    due: Next,
    nodes: &mut Nodes,
    schedule: &mut Schedule,
    (output, at): (DevOutput, Duration),
) -> Result<Next, ServeError> {
    let id = |node: usize| i32::try_from(node + 1).unwrap_or(i32::MAX);
    match due {
        Next::Strike(_, strike) => {
            let Strike { fault, lasting, .. } = strike;
            let node = id(strike.node);
            output.tell(at, Happening::Strike { fault, node, lasting })?;
            let (signal, next) = match fault {
                Fault::Kill => (Signal::KILL, Next::Heal(Instant::now() + lasting, strike)),
                Fault::Freeze => (Signal::STOP, Next::Heal(Instant::now() + lasting, strike)),
                Fault::Restart => (Signal::TERM, Next::Restart(Instant::now() + LOOK, strike)),
            };
            nodes.signal(strike.node, signal)?;
            return Ok(next);
        }
        Next::Heal(_, strike) if strike.fault == Fault::Freeze => nodes.signal(strike.node, Signal::CONT)?,
        Next::Heal(_, strike) | Next::Restart(_, strike) => {
            if !nodes.has_ended(strike.node)? {
                return Ok(Next::Restart(Instant::now() + LOOK, strike));
            }
            nodes.start(strike.node)?;
        }
    }
    let (Next::Strike(_, strike) | Next::Heal(_, strike) | Next::Restart(_, strike)) = due;
    output.tell(
        at,
        Happening::Healed {
            node: id(strike.node),
        },
    )?;
    Ok(Next::after(schedule))
}

/// Makes the cluster whole again, whatever was to happen next.
async fn heal(nodes: &mut Nodes, next: Next) -> Result<(), ServeError> {
    let (Next::Heal(_, strike) | Next::Restart(_, strike)) = next else {
        return Ok(());
    };
    if strike.fault == Fault::Freeze {
        return Ok(nodes.signal(strike.node, Signal::CONT)?);
    }
    while !nodes.has_ended(strike.node)? {
        sleep(LOOK).await;
    }
    Ok(nodes.start(strike.node)?)
}

/// Asks every node to stop and waits for it; one that takes too long is killed.
async fn stop_in_order(nodes: &mut Nodes) -> Result<(), ServeError> {
    for index in 0..nodes.len() {
        nodes.signal(index, Signal::TERM)?;
        nodes.signal(index, Signal::CONT)?;
    }
    let deadline = Instant::now() + STOP_MAX;
    for index in 0..nodes.len() {
        while !nodes.has_ended(index)? && Instant::now() < deadline {
            sleep(LOOK).await;
        }
    }
    nodes.kill_all();
    Ok(())
}
