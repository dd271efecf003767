//! The history of a run as it is written: one file, one clock, many clients.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use history_checker::{Event, Phase};

use crate::error::LabError;

/// A history; clients share it.
#[derive(Debug)]
pub struct History {
    began: Instant,
    path: PathBuf,
    out: Mutex<BufWriter<File>>,
}

impl History {
    /// Begins it, and the clock with it.
    pub fn begin(path: &Path) -> Result<Self, LabError> {
        Ok(Self {
            began: Instant::now(),
            path: path.to_owned(),
            out: Mutex::new(BufWriter::with_capacity(1 << 20, File::create(path)?)),
        })
    }

    /// Microseconds since it began.
    pub fn now(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    /// Writes an event.
    pub fn write(&self, event: &Event) {
        let mut line = serde_json::to_vec(event).expect("an event has no maps with odd keys");
        line.push(b'\n');
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.write_all(&line)
            .expect("the scratch folder has room for a history");
    }

    /// Writes that a fault begins or ends now.
    pub fn fault(&self, name: &str, target: &str, phase: Phase) {
        self.write(&Event::Fault {
            name: name.to_owned(),
            target: target.to_owned(),
            phase,
            at: self.now(),
        });
    }

    /// Everything is on disk; answers where.
    pub fn end(&self) -> Result<PathBuf, LabError> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner).flush()?;
        Ok(self.path.clone())
    }
}
