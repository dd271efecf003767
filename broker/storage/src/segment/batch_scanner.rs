//! Walks the batches of a segment's file, header by header.
//!
//! Owns a small buffer, so that many short batches cost one read. Stops at the end it was given, or where a batch
//! cannot be one: unknown format, a length that leaves the file, offsets that do not grow. Checksums are for
//! those who hold the whole batch.

use std::io;

use broker_model::Offset;

use crate::fs::File;
use crate::segment::batch_view::{BatchView, VIEW_SIZE};

const BUFFER_SIZE: usize = 4096;

/// One step of a walk.
#[derive(Debug)]
pub(crate) enum Scanned {
    /// A batch.
    Batch { position: u64, view: BatchView },
    /// The end of what was to be walked.
    End,
    /// No batch stands here.
    Damaged { position: u64, reason: &'static str },
}

/// A walk over a file.
#[derive(Debug)]
pub(crate) struct BatchScanner<'a> {
    file: &'a dyn File,
    position: u64,
    end: u64,
    offset_min: Offset,
    buffer: Vec<u8>,
    buffer_position: u64,
}

impl<'a> BatchScanner<'a> {
    /// A walk from `position`, where a batch begins, to `end`.
    pub(crate) fn new(file: &'a dyn File, position: u64, end: u64, offset_min: Offset) -> Self {
        Self {
            file,
            position,
            end,
            offset_min,
            buffer: Vec::new(),
            buffer_position: 0,
        }
    }

    /// The next step.
    pub(crate) fn step(&mut self) -> io::Result<Scanned> {
        if self.position >= self.end {
            return Ok(Scanned::End);
        }
        let position = self.position;
        let remaining = self.end - position;
        let damaged = |reason| Ok(Scanned::Damaged { position, reason });
        let view = match BatchView::parse(self.header()?) {
            Ok(view) => view,
            Err(reason) => return damaged(reason),
        };
        if view.size as u64 > remaining {
            return damaged("the batch is cut short");
        }
        if view.base_offset < self.offset_min {
            return damaged("the offsets do not grow");
        }
        self.position += view.size as u64;
        self.offset_min = view.next_offset();
        Ok(Scanned::Batch { position, view })
    }

    /// At least the header at `position`, or what the file has of it.
    fn header(&mut self) -> io::Result<&[u8]> {
        let needed = (VIEW_SIZE as u64).min(self.end - self.position);
        let buffered = self.buffer_position..self.buffer_position + self.buffer.len() as u64;
        if self.position < buffered.start || self.position + needed > buffered.end {
            let size = (BUFFER_SIZE as u64).min(self.end - self.position) as usize;
            self.buffer.resize(size, 0);
            let count = self.file.read_at(self.position, &mut self.buffer)?;
            self.buffer.truncate(count);
            self.buffer_position = self.position;
        }
        let start = ((self.position - self.buffer_position) as usize).min(self.buffer.len());
        let end = (start + needed as usize).min(self.buffer.len());
        Ok(&self.buffer[start..end])
    }
}
