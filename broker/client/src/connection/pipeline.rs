//! The two tasks of a connection and the calls that wait between them.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use bytes::{Buf, Bytes, BytesMut};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

/// Frames that may wait for the writer; a slow broker makes callers wait here.
const QUEUE: usize = 64;
/// Most bytes that the writer gathers before it sends.
const GATHER_MAX: usize = 1 << 20;
/// Most memory that is reserved for an answer before its bytes come.
const RESERVE_MAX: usize = 256 << 10;

type Answer = oneshot::Sender<Result<Bytes, String>>;

/// The way of frames to a socket and of answers back to their calls.
#[derive(Debug)]
pub(super) struct Pipeline {
    outgoing: mpsc::Sender<Outgoing>,
    waiting: Arc<Mutex<Waiting>>,
    correlation_id: AtomicI32,
}

/// A frame on its way, and who wants to know when the socket has it.
#[derive(Debug)]
struct Outgoing {
    frame: Vec<Bytes>,
    written: Option<oneshot::Sender<()>>,
}

#[derive(Debug, Default)]
struct Waiting {
    calls: HashMap<i32, Answer>,
    /// Why the connection ended, once it has.
    ended: Option<String>,
}

impl Waiting {
    fn end(&mut self, reason: &str) {
        let reason = self.ended.get_or_insert_with(|| reason.to_owned()).clone();
        for (_, answer) in self.calls.drain() {
            // A call that has given up needs no answer.
            drop(answer.send(Err(reason.clone())));
        }
    }
}

/// Takes a call off the list when it stops waiting, however that happens.
struct Listed<'a> {
    pipeline: &'a Pipeline,
    correlation_id: i32,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.pipeline.waiting.lock().calls.remove(&self.correlation_id);
    }
}

impl Pipeline {
    /// Starts both tasks; they end with the stream or when the pipeline is dropped.
    pub(super) fn start(
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
        response_size_max: usize,
    ) -> Self {
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let waiting = Arc::new(Mutex::new(Waiting::default()));
        let (for_writer, for_reader) = (Arc::clone(&waiting), Arc::clone(&waiting));
        let closed = outgoing.downgrade();
        let reading = tokio::spawn(async move {
            let outcome = read_answers(reader, &for_reader, response_size_max).await;
            for_reader.lock().end(&ending(outcome));
            drop(closed);
        });
        tokio::spawn(async move {
            let outcome = write_frames(writer, queue).await;
            if outcome.is_err() {
                for_writer.lock().end(&ending(outcome));
            }
            // Nobody can call any more, or nothing can be sent: answers have no reader.
            reading.abort();
        });
        Self {
            outgoing,
            waiting,
            correlation_id: AtomicI32::new(0),
        }
    }

    pub(super) fn next_correlation_id(&self) -> i32 {
        self.correlation_id.fetch_add(1, Ordering::Relaxed) & i32::MAX
    }

    pub(super) fn is_open(&self) -> bool {
        self.waiting.lock().ended.is_none()
    }

    /// Ends the connection for all who wait on it and all who come later.
    pub(super) fn give_up(&self, reason: &str) {
        self.waiting.lock().end(reason);
    }

    /// Sends a frame, says when it is queued, and waits for the answer with its correlation id; the error says why
    /// none can come.
    pub(super) async fn call(
        &self,
        correlation_id: i32,
        frame: Vec<Bytes>,
        queued: impl FnOnce(),
    ) -> Result<Bytes, String> {
        let (answer, answered) = oneshot::channel();
        let listed = Listed {
            pipeline: self,
            correlation_id,
        };
        self.send(frame, Some((correlation_id, answer))).await?;
        queued();
        let outcome = answered.await;
        drop(listed);
        outcome.unwrap_or_else(|_| Err("the connection was given up".to_owned()))
    }

    /// Queues a frame; the error says why it cannot be sent.
    pub(super) async fn send(&self, frame: Vec<Bytes>, call: Option<(i32, Answer)>) -> Result<(), String> {
        {
            let mut waiting = self.waiting.lock();
            if let Some(reason) = &waiting.ended {
                return Err(reason.clone());
            }
            waiting.calls.extend(call);
        }
        self.queue(Outgoing { frame, written: None }).await
    }

    /// Sends a frame that nobody answers, and waits until the socket has it: whoever ends afterwards loses nothing.
    pub(super) async fn write(&self, frame: Vec<Bytes>) -> Result<(), String> {
        let (written, done) = oneshot::channel();
        self.queue(Outgoing {
            frame,
            written: Some(written),
        })
        .await?;
        done.await.map_err(|_| self.reason())
    }

    async fn queue(&self, outgoing: Outgoing) -> Result<(), String> {
        self.outgoing.send(outgoing).await.map_err(|_| self.reason())
    }

    fn reason(&self) -> String {
        self.waiting
            .lock()
            .ended
            .clone()
            .unwrap_or_else(|| "the connection is closed".to_owned())
    }
}

fn ending(outcome: io::Result<()>) -> String {
    outcome.map_or_else(|error| error.to_string(), |()| "end of stream".to_owned())
}

async fn write_frames(
    mut writer: impl AsyncWrite + Unpin,
    mut queue: mpsc::Receiver<Outgoing>,
) -> io::Result<()> {
    while let Some(outgoing) = queue.recv().await {
        let mut gathered = Gathered::default();
        let mut told = Vec::new();
        gathered.push(outgoing.frame);
        told.extend(outgoing.written);
        while gathered.remaining() < GATHER_MAX
            && let Ok(outgoing) = queue.try_recv()
        {
            gathered.push(outgoing.frame);
            told.extend(outgoing.written);
        }
        writer.write_all_buf(&mut gathered).await?;
        writer.flush().await?;
        for written in told {
            // Whoever asked may have given up.
            written.send(()).unwrap_or_default();
        }
    }
    writer.shutdown().await
}

async fn read_answers(
    mut reader: impl AsyncRead + Unpin,
    waiting: &Mutex<Waiting>,
    size_max: usize,
) -> io::Result<()> {
    let mut buffer = BytesMut::new();
    loop {
        fill(&mut reader, &mut buffer, size_of::<i32>()).await?;
        let claimed = buffer.get_i32();
        let size = usize::try_from(claimed)
            .ok()
            .filter(|size| (size_of::<i32>()..=size_max).contains(size));
        let size = size.ok_or_else(|| io::Error::other(format!("an answer of {claimed} bytes")))?;
        fill(&mut reader, &mut buffer, size).await?;
        let frame = buffer.split_to(size).freeze();
        let correlation_id = frame.first_chunk().map_or(0, |bytes| i32::from_be_bytes(*bytes));
        // Nobody waits for it if the call has given up.
        if let Some(answer) = waiting.lock().calls.remove(&correlation_id) {
            drop(answer.send(Ok(frame)));
        }
    }
}

/// Reads until the buffer holds `size` bytes, reserving as they come and not as they are claimed.
async fn fill(reader: &mut (impl AsyncRead + Unpin), buffer: &mut BytesMut, size: usize) -> io::Result<()> {
    while buffer.len() < size {
        buffer.reserve((size - buffer.len()).min(RESERVE_MAX));
        if reader.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}

/// Frames on their way out, each behind its size, as one buffer for vectored writes.
#[derive(Debug, Default)]
struct Gathered {
    segments: std::collections::VecDeque<Bytes>,
    remaining: usize,
}

impl Gathered {
    fn push(&mut self, frame: Vec<Bytes>) {
        let size: usize = frame.iter().map(Bytes::len).sum();
        // A frame beyond 2 GiB was refused by the encoder's length prefixes.
        let prefix = i32::try_from(size).unwrap_or(i32::MAX).to_be_bytes();
        self.segments.push_back(Bytes::copy_from_slice(&prefix));
        self.segments
            .extend(frame.into_iter().filter(|segment| !segment.is_empty()));
        self.remaining += size + prefix.len();
    }
}

impl Buf for Gathered {
    fn remaining(&self) -> usize {
        self.remaining
    }

    fn chunk(&self) -> &[u8] {
        self.segments.front().map_or(&[], |segment| segment)
    }

    fn chunks_vectored<'a>(&'a self, out: &mut [io::IoSlice<'a>]) -> usize {
        let count = out.len().min(self.segments.len());
        for (slice, segment) in out.iter_mut().zip(&self.segments) {
            *slice = io::IoSlice::new(segment);
        }
        count
    }

    fn advance(&mut self, mut count: usize) {
        self.remaining -= count;
        while let Some(first) = self.segments.front_mut() {
            if first.len() > count {
                first.advance(count);
                return;
            }
            count -= first.len();
            self.segments.pop_front();
        }
    }
}
