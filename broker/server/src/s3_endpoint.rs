//! A store of objects as an S3 endpoint that can be looked at: ListBuckets, ListObjects and V2, GET with ranges, HEAD.
//!
//! For `eddyline dev --s3-port`. Owns its socket. Invariants: it changes nothing; it listens on 127.0.0.1 alone, because
//! it believes every signature; there is one bucket, [`BUCKET`].

mod listing;

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path as UrlPath, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{Error, GetOptions, GetRange, ObjectMeta, ObjectStore};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::admin_http::accept_all;
use listing::{ListQuery, Listed, element};

/// The bucket that there is.
pub const BUCKET: &str = "eddyline";

/// The listener and its task; dropping it ends all its connections.
#[derive(Debug)]
pub struct S3Endpoint {
    address: SocketAddr,
    accepting: JoinHandle<Infallible>,
}

type Objects = Arc<dyn ObjectStore>;

impl S3Endpoint {
    /// Listens on a port of this machine.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start(objects: Objects, port: u16) -> io::Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let router = Router::new()
            .route("/", get(list_buckets))
            .route("/{bucket}", get(list_objects))
            .route("/{bucket}/", get(list_objects))
            .route("/{bucket}/{*key}", get(get_object))
            .fallback(read_only)
            .method_not_allowed_fallback(read_only)
            .with_state(objects);
        Ok(Self {
            address: socket.local_addr()?,
            accepting: tokio::spawn(accept_all(socket, router)),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for S3Endpoint {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn read_only() -> Response {
    refused(
        StatusCode::METHOD_NOT_ALLOWED,
        "MethodNotAllowed",
        "this endpoint shows objects and changes none",
    )
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    let mut text = String::from(r#"<?xml version="1.0" encoding="UTF-8"?><Error>"#);
    element(&mut text, "Code", code);
    element(&mut text, "Message", message);
    (status, xml(text + "</Error>")).into_response()
}

fn xml(text: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/xml")], text)
}

fn no_bucket(bucket: &str) -> Option<Response> {
    let none = || {
        refused(
            StatusCode::NOT_FOUND,
            "NoSuchBucket",
            "the only bucket is eddyline",
        )
    };
    (bucket != BUCKET).then(none)
}

async fn list_buckets() -> Response {
    let mut text = String::from(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
    text += r#"<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner>"#;
    element(&mut text, "ID", BUCKET);
    text += "</Owner><Buckets><Bucket>";
    element(&mut text, "Name", BUCKET);
    element(&mut text, "CreationDate", "1970-01-01T00:00:00.000Z");
    xml(text + "</Bucket></Buckets></ListAllMyBucketsResult>").into_response()
}

async fn list_objects(
    State(objects): State<Objects>,
    UrlPath(bucket): UrlPath<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if let Some(none) = no_bucket(&bucket) {
        return none;
    }
    if query.contains_key("location") {
        let text = r#"<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>"#;
        return xml(text.to_owned()).into_response();
    }
    let listed: Vec<ObjectMeta> = match objects.list(None).try_collect().await {
        Ok(listed) => listed,
        Err(error) => return failed(&error),
    };
    let mut listed: Vec<Listed> = listed.iter().map(shown).collect();
    listed.sort_by(|one, other| one.key.cmp(&other.key));
    xml(ListQuery::parse(&query).answer(&bucket, &listed)).into_response()
}

fn shown(meta: &ObjectMeta) -> Listed {
    Listed {
        key: meta.location.to_string(),
        size: meta.size,
        last_modified: meta.last_modified.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        etag: quoted(meta),
    }
}

fn quoted(meta: &ObjectMeta) -> String {
    let etag = meta.e_tag.as_deref().unwrap_or_default();
    format!("\"{}\"", etag.trim_matches('"'))
}

async fn get_object(
    State(objects): State<Objects>,
    UrlPath((bucket, key)): UrlPath<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Some(none) = no_bucket(&bucket) {
        return none;
    }
    let Ok(path) = Path::parse(&key) else {
        return refused(StatusCode::NOT_FOUND, "NoSuchKey", "there is no such object");
    };
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let options = GetOptions {
        range: asked.and_then(parse_range),
        ..GetOptions::default()
    };
    let is_part = options.range.is_some();
    let got = match objects.get_opts(&path, options).await {
        Ok(got) => got,
        Err(error) => return failed(&error),
    };
    let (meta, range) = (got.meta.clone(), got.range.clone());
    let changed = meta.last_modified.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::ETAG, quoted(&meta))
        .header(header::LAST_MODIFIED, changed)
        .header(header::CONTENT_LENGTH, range.end - range.start);
    if is_part {
        let content = format!(
            "bytes {}-{}/{}",
            range.start,
            range.end.saturating_sub(1),
            meta.size
        );
        response = response
            .status(StatusCode::PARTIAL_CONTENT)
            .header(header::CONTENT_RANGE, content);
    }
    let built = response.body(Body::from_stream(got.into_stream()));
    built.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// `bytes=1-5`, `bytes=1-` or `bytes=-5`; anything else is all, as RFC 9110 allows.
fn parse_range(text: &str) -> Option<GetRange> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    match (first.parse::<u64>().ok(), last.parse::<u64>().ok()) {
        (Some(first), Some(last)) if first <= last => Some(GetRange::Bounded(first..last.saturating_add(1))),
        (Some(first), None) if last.is_empty() => Some(GetRange::Offset(first)),
        (None, Some(count)) if first.is_empty() => Some(GetRange::Suffix(count)),
        _ => None,
    }
}

fn failed(error: &Error) -> Response {
    match error {
        Error::NotFound { .. } => refused(StatusCode::NOT_FOUND, "NoSuchKey", "there is no such object"),
        other => {
            tracing::warn!(error = %other, "an object cannot be shown");
            refused(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "InvalidRange",
                "these bytes cannot be given",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt as _;
    use object_store::memory::InMemory;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    async fn ask(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("{request}\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn objects_are_listed_and_read_whole_and_in_part_and_never_changed() {
        let objects = Arc::new(InMemory::new());
        objects
            .put(&Path::from("a/b"), "0123456789".into())
            .await
            .unwrap();
        let endpoint = S3Endpoint::start(objects.clone(), 0).await.unwrap();
        let get = async |request: &str| ask(endpoint.address(), request).await;
        assert!(get("GET / HTTP/1.1").await.contains("<Name>eddyline</Name>"));
        assert!(
            get("GET /eddyline?list-type=2&prefix=a%2F HTTP/1.1")
                .await
                .contains("<Key>a/b</Key>")
        );
        assert!(
            get("GET /eddyline/a/b HTTP/1.1")
                .await
                .ends_with("\r\n\r\n0123456789")
        );
        let part = get("GET /eddyline/a/b HTTP/1.1\r\nRange: bytes=2-4").await;
        assert!(
            part.starts_with("HTTP/1.1 206") && part.ends_with("\r\n\r\n234"),
            "{part}"
        );
        assert!(part.contains("content-range: bytes 2-4/10"), "{part}");
        assert!(
            get("GET /eddyline/a/b HTTP/1.1\r\nRange: bytes=-3")
                .await
                .ends_with("\r\n\r\n789")
        );
        let head = get("HEAD /eddyline/a/b HTTP/1.1").await;
        assert!(
            head.contains("content-length: 10") && head.ends_with("\r\n\r\n"),
            "{head}"
        );
        assert!(get("GET /eddyline/none HTTP/1.1").await.contains("NoSuchKey"));
        assert!(get("GET /other HTTP/1.1").await.contains("NoSuchBucket"));
        for method in ["PUT", "DELETE", "POST"] {
            let answer = get(&format!("{method} /eddyline/a/b HTTP/1.1")).await;
            assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
        }
        assert!(objects.head(&Path::from("a/b")).await.is_ok());
    }
}
