//! How far long work has come: on stderr, and only if a person watches.

use std::fmt::Write;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

const REDRAW: Duration = Duration::from_millis(200);

/// A line that is redrawn; nothing without a terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Counts up to `total`, or without end.
    pub(crate) fn new(total: Option<u64>, unit: &'static str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::hidden();
        }
        let counted = match total {
            Some(_) => "{bar:30} {pos}/{len} {unit}  {rate}  {elapsed}, {eta} left  {msg}",
            None => "{spinner} {pos} {unit}  {rate}  {elapsed}  {msg}",
        };
        let template = counted.replace("{unit}", unit);
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr_with_hz(5));
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style.with_key("rate", rate));
        }
        bar.enable_steady_tick(REDRAW);
        Self { bar }
    }

    /// Shows nothing, for work that fills the terminal itself.
    pub(crate) fn hidden() -> Self {
        Self {
            bar: ProgressBar::hidden(),
        }
    }

    pub(crate) fn advance(&self, count: u64) {
        self.bar.inc(count);
    }

    /// Shows this at the end of the line.
    pub(crate) fn say(&self, what: String) {
        self.bar.set_message(what);
    }
}

fn rate(state: &ProgressState, out: &mut dyn Write) {
    // A line that cannot be drawn is drawn again soon.
    write!(out, "{:.0}/s", state.per_sec()).unwrap_or_default();
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
