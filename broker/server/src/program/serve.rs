//! Runs a broker until the process is told to stop, and says how that ended.
//!
//! SIGINT and SIGTERM stop it gracefully; a second one ends the process at once. A broker that cannot go on ends at
//! once, with an error: it hands nothing over and closes nothing, because what it would say rests on a log that failed
//! (I23). Its connections break, which the controller takes for its death.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::boot::{self, BootError, BootSettings, RunningBroker};
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::logging;

/// How long requests that were read may still be answered.
const STOP_GRACE: Duration = Duration::from_secs(10);
/// Signals within this time of the first one are the same one.
const SAME_SIGNAL: Duration = Duration::from_secs(1);

/// A broker did not start, or did not end well.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Its configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something logs already in this process.
    #[error(transparent)]
    Logging(#[from] logging::AlreadyStarted),
    /// Its directories are those of no cluster yet.
    #[error("{} belongs to no cluster yet; prepare it once with: eddyline format{arguments}", path.display())]
    NotFormatted {
        /// The directory.
        path: PathBuf,
        /// What `format` is to be called with.
        arguments: String,
    },
    /// Nobody can tell who votes first.
    #[error("{0}")]
    FirstVoters(String),
    /// It did not start.
    #[error("the broker did not start: {0}")]
    Boot(#[from] BootError),
    /// It could not go on.
    #[error("the broker could not go on: {0}")]
    Failed(String),
    /// Its directories could not be prepared.
    #[error("the log directories could not be prepared: {0}")]
    Format(#[from] crate::format::FormatCommandError),
    /// It is not restored.
    #[error("nothing was restored: {0}")]
    Restore(#[from] crate::restore::RestoreError),
    /// The remote tier cannot be looked at, or is not as it should be.
    #[error("{0}")]
    Tier(String),
    /// A development cluster did not start, or did not go on as it should.
    #[error("{0}")]
    Cluster(String),
    /// The objects of a file are not run.
    #[error(transparent)]
    Laptop(#[from] operator_laptop::LaptopError),
    /// A development cluster does not answer.
    #[error(transparent)]
    Client(#[from] broker_client::ClientError),
    /// The system refused something.
    #[error("the system refused a signal handler, a socket or the standard output: {0}")]
    System(#[from] std::io::Error),
    /// The system has no randomness.
    #[error("the system has no randomness: {0}")]
    NoRandomness(#[from] getrandom::Error),
}

/// Threads beside the workers that may block at a time; work beyond that waits for one of them.
const BLOCKING_THREADS_MAX: usize = 64;

/// What a broker runs on.
///
/// # Errors
/// The system gives no threads.
pub fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .enable_all()
        .build()
}

/// Runs a command to its end on a runtime of its own, and prints why it failed.
pub(super) fn blocking(command: impl Future<Output = Result<(), ServeError>>) -> ExitCode {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("eddyline: no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(command);
    // A thread that waits for a disk which does not answer must not hold up the end.
    runtime.shutdown_background();
    ended(outcome)
}

/// Prints why a command failed.
pub(super) fn ended(outcome: Result<(), ServeError>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("eddyline: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Starts a broker, tells where it listens, and serves until the process is told to stop.
///
/// # Errors
/// The broker does not start, cannot be announced, or cannot go on.
pub(super) async fn until_told(
    settings: BootSettings,
    clock: Clock,
    announce: impl FnOnce(&RunningBroker) -> Result<(), ServeError>,
) -> Result<(), ServeError> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let running = boot::start(settings, clock).await?;
    announce(&running)?;
    tokio::select! {
        _ = told(&mut interrupt, &mut terminate) => {}
        reason = running.failed() => return Err(ServeError::Failed(reason)),
    }
    let failed = running.failure();
    tokio::select! {
        () = running.stop(STOP_GRACE) => Ok(()),
        reason = failed.declared() => Err(ServeError::Failed(reason)),
        () = told_again(&mut interrupt, &mut terminate) => {
            Err(ServeError::Failed("told twice to stop; the next start recovers its logs".to_owned()))
        }
    }
}

/// Wrappers pass a signal on that the process got by itself already; only one that comes later is a second one.
async fn told_again(interrupt: &mut Signal, terminate: &mut Signal) {
    let repeats = async {
        loop {
            told(interrupt, terminate).await;
        }
    };
    let _elapsed: Result<(), _> = tokio::time::timeout(SAME_SIGNAL, repeats).await;
    told(interrupt, terminate).await;
}

async fn told(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
