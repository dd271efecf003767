//! One socket to a broker, with the bytes in the test's hand.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use broker_codec::{Decoder, Message, StringBytes};
use broker_protocol::messages::ResponseHeader;
use broker_protocol::{Request, encode_request};
use bytes::Bytes;

/// Nothing that a test asks for takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
const CLIENT: &str = "wire";

/// A connection that does what the test says.
pub(crate) struct Wire {
    stream: TcpStream,
    correlation_id: i32,
    client_id: StringBytes,
}

impl Wire {
    /// Connects.
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).unwrap())
    }

    /// Takes a stream that stands.
    pub(crate) fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            correlation_id: 0,
            client_id: CLIENT.into(),
        }
    }

    /// Calls itself so from now on.
    pub(crate) fn named(mut self, client_id: &str) -> Self {
        self.client_id = client_id.into();
        self
    }

    /// The socket.
    pub(crate) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn call<R: Request>(&mut self, version: i16, request: &R) -> R::Response {
        self.try_call(version, request)
            .unwrap_or_else(|error| panic!("{:?} v{version}: {error}", R::API_KEY))
    }

    /// As [`Wire::call`]; an error when the connection ends instead.
    pub(crate) fn try_call<R: Request>(&mut self, version: i16, request: &R) -> io::Result<R::Response> {
        let id = self.send(version, request)?;
        let answer = self.receive()?;
        let mut body = Decoder::new(answer);
        let header_version = R::API_KEY.response_header_version(version);
        let header = ResponseHeader::decode(&mut body, header_version).unwrap();
        assert_eq!(
            header.correlation_id, id,
            "answers come in the order of the requests"
        );
        Ok(R::Response::decode(&mut body, version).unwrap())
    }

    /// Sends a request and does not wait; returns its number.
    pub(crate) fn send<R: Request>(&mut self, version: i16, request: &R) -> io::Result<i32> {
        self.correlation_id += 1;
        let client_id = Some(self.client_id.clone());
        let frame = encode_request(request, version, self.correlation_id, client_id).unwrap();
        self.send_frame(&frame.into_bytes())?;
        Ok(self.correlation_id)
    }

    /// Sends bytes with their true size before them.
    pub(crate) fn send_frame(&mut self, frame: &[u8]) -> io::Result<()> {
        let size = i32::try_from(frame.len()).unwrap();
        let mut whole = size.to_be_bytes().to_vec();
        whole.extend_from_slice(frame);
        self.stream.write_all(&whole)
    }

    /// Sends bytes as they are.
    pub(crate) fn send_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Receives one frame, without its size.
    pub(crate) fn receive(&mut self) -> io::Result<Bytes> {
        let mut size = [0; 4];
        self.stream.read_exact(&mut size)?;
        let mut frame = vec![0; usize::try_from(i32::from_be_bytes(size)).unwrap()];
        self.stream.read_exact(&mut frame)?;
        Ok(frame.into())
    }

    /// Says that nothing more will come.
    pub(crate) fn finish(&mut self) {
        // A broker that has closed already has the same effect.
        let _closed = self.stream.shutdown(Shutdown::Write);
    }

    /// Reads to the end; how the conversation ended.
    pub(crate) fn ending(&mut self, within: Duration) -> Ending {
        self.stream.set_read_timeout(Some(within)).unwrap();
        let begin = Instant::now();
        let mut answer = Vec::new();
        let mut piece = [0; 4096];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return Ending::of(answer),
                Ok(size) => answer.extend_from_slice(&piece[..size]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ending::StillOpen(answer),
                Err(_) => return Ending::of(answer),
            }
            if begin.elapsed() > within {
                return Ending::StillOpen(answer);
            }
        }
    }
}

/// How a conversation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The broker closed it without a word.
    Closed,
    /// The broker sent something, then closed it.
    AnsweredAndClosed(Vec<u8>),
    /// It is open; what was sent.
    StillOpen(Vec<u8>),
}

impl Ending {
    fn of(answer: Vec<u8>) -> Self {
        match answer.is_empty() {
            true => Self::Closed,
            false => Self::AnsweredAndClosed(answer),
        }
    }
}
