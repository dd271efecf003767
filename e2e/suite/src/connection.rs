//! One blocking connection to a broker, with a deadline on everything.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::wire::{Result, Schemas, decode, encode};

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A response that could be decoded.
    Answer(Value),
    /// The broker closed the connection.
    Closed,
    /// Nothing came in time.
    Silence,
    /// Something came that is not a response.
    Undecodable(String),
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    correlation_id: i32,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn open(broker: SocketAddr, deadline: Duration) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&broker, Duration::from_secs(5))?;
        stream.set_read_timeout(Some(deadline))?;
        stream.set_write_timeout(Some(deadline))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            correlation_id: 0,
        })
    }

    /// Sends a request and waits for its answer.
    pub fn call(&mut self, schemas: &Schemas, api: &str, version: i16, body: &Value) -> Outcome {
        match self.send(schemas, api, version, body) {
            Ok(()) => {
                let expected = self.correlation_id;
                self.receive(schemas, api, version, Some(expected))
            }
            Err(error) => outcome_of(error),
        }
    }

    /// Sends a request and waits for nothing.
    ///
    /// # Errors
    /// The request does not fit its schema, or the connection is gone.
    pub fn send(&mut self, schemas: &Schemas, api: &str, version: i16, body: &Value) -> Result<()> {
        self.correlation_id += 1;
        let request = encode::request(schemas.request(api)?, version, self.correlation_id, body)?;
        let mut frame = i32::try_from(request.len())?.to_be_bytes().to_vec();
        frame.extend(request);
        self.send_bytes(&frame)
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn send_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(bytes)?)
    }

    /// Waits for a response.
    pub fn receive(&mut self, schemas: &Schemas, api: &str, version: i16, expected: Option<i32>) -> Outcome {
        let frame = match self.frame() {
            Ok(frame) => frame,
            Err(error) => return outcome_of(error),
        };
        let decoded = schemas
            .response(api)
            .and_then(|message| decode::response(message, version, &frame));
        match decoded {
            Ok((correlation_id, _)) if expected.is_some_and(|expected| expected != correlation_id) => {
                Outcome::Undecodable(format!("correlation id {correlation_id}, not {expected:?}"))
            }
            Ok((correlation_id, mut value)) => {
                if expected.is_none() {
                    value["_correlation_id"] = Value::from(correlation_id);
                }
                Outcome::Answer(value)
            }
            Err(error) => Outcome::Undecodable(error.to_string()),
        }
    }

    /// Waits for anything at all.
    pub fn receive_anything(&mut self) -> Outcome {
        let mut byte = [0];
        match self.stream.read_exact(&mut byte) {
            Ok(()) => Outcome::Undecodable("bytes where none were expected".to_owned()),
            Err(error) => outcome_of(error.into()),
        }
    }

    fn frame(&mut self) -> Result<Vec<u8>> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let mut frame = vec![0; usize::try_from(i32::from_be_bytes(length))?.min(64 << 20)];
        self.stream.read_exact(&mut frame)?;
        Ok(frame)
    }
}

fn outcome_of(error: Box<dyn std::error::Error + Send + Sync>) -> Outcome {
    match error.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        Some(ErrorKind::WouldBlock | ErrorKind::TimedOut) => Outcome::Silence,
        Some(_) => Outcome::Closed,
        None => Outcome::Undecodable(error.to_string()),
    }
}
