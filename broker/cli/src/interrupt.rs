//! When a person or a supervisor wants the program to end: Ctrl-C or SIGTERM.

use tokio::signal::unix::{SignalKind, signal};

/// Waits until the program is asked to end; for ever if the system does not let us hear of it.
pub(crate) async fn interrupted() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    };
    tokio::select! {
        () = terminated => {}
        () = interrupted => {}
    }
}
