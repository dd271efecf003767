//! Google's store with the generation of an object as its ETag.
//!
//! A change under a condition is one of generations there (`x-goog-if-generation-match`), and its ETags are good for
//! reading only. Invariant: every ETag that leaves here is a generation, and every one that comes back is taken for one.

use std::fmt;

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use object_store::gcp::GoogleCloudStorage;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// The store.
#[derive(Debug)]
pub(super) struct Generations(pub(super) GoogleCloudStorage);

impl fmt::Display for Generations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn named(mut meta: ObjectMeta) -> ObjectMeta {
    meta.e_tag.clone_from(&meta.version);
    meta
}

#[async_trait]
impl ObjectStore for Generations {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        mut options: PutOptions,
    ) -> Result<PutResult> {
        if let PutMode::Update(wanted) = &mut options.mode {
            wanted.version.clone_from(&wanted.e_tag);
        }
        let mut done = self.0.put_opts(location, payload, options).await?;
        done.e_tag.clone_from(&done.version);
        Ok(done)
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let mut got = self.0.get_opts(location, options).await?;
        got.meta = named(got.meta);
        Ok(got)
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.0.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix).map(|listed| listed.map(named)).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let mut listed = self.0.list_with_delimiter(prefix).await?;
        listed.objects = listed.objects.into_iter().map(named).collect();
        Ok(listed)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use axum::Router;
    use axum::body::Bytes;
    use axum::extract::{Path as UrlPath, State};
    use axum::http::{HeaderMap, StatusCode, header};
    use axum::response::{IntoResponse as _, Response};
    use axum::routing::get;
    use broker_model::{ClusterId, Uuid};
    use object_store::gcp::GoogleCloudStorageBuilder;
    use parking_lot::Mutex;

    use super::*;
    use crate::remote_store::{Admission, StoreRefused};

    const NOBODY: &str =
        r#"{"private_key": "", "private_key_id": "", "client_email": "", "disable_oauth": true}"#;

    /// What lies there, with generations that grow with every change of anything.
    #[derive(Default)]
    struct Objects {
        generation: u64,
        found: HashMap<String, (u64, Bytes)>,
    }

    type Shared = Arc<Mutex<Objects>>;

    fn answer(status: StatusCode, generation: u64, content: Bytes) -> Response {
        let headers = [
            (header::ETAG, "\"good for reading only\"".to_owned()),
            (header::LAST_MODIFIED, "Sun, 22 Nov 2026 08:00:00 GMT".to_owned()),
            ("x-goog-generation".parse().unwrap(), generation.to_string()),
        ];
        (status, headers, content).into_response()
    }

    async fn put(
        State(shared): State<Shared>,
        UrlPath(key): UrlPath<String>,
        headers: HeaderMap,
        content: Bytes,
    ) -> Response {
        let mut objects = shared.lock();
        let now = objects.found.get(&key).map_or(0, |(generation, _)| *generation);
        let wanted = headers.get("x-goog-if-generation-match");
        if wanted.is_some_and(|wanted| *wanted != *now.to_string()) {
            return StatusCode::PRECONDITION_FAILED.into_response();
        }
        objects.generation += 7;
        let generation = objects.generation;
        objects.found.insert(key, (generation, content));
        answer(StatusCode::OK, generation, Bytes::new())
    }

    async fn read(State(shared): State<Shared>, UrlPath(key): UrlPath<String>) -> Response {
        match shared.lock().found.get(&key) {
            Some((generation, content)) => answer(StatusCode::OK, *generation, content.clone()),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }

    async fn delete(State(shared): State<Shared>, UrlPath(key): UrlPath<String>) -> Response {
        match shared.lock().found.remove(&key) {
            Some(_) => StatusCode::NO_CONTENT.into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }

    async fn google() -> GoogleCloudStorage {
        let routes = get(read).put(put).delete(delete);
        let app = Router::new()
            .route("/bucket/{*key}", routes)
            .with_state(Shared::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let builder = GoogleCloudStorageBuilder::new()
            .with_base_url(&format!("http://{}", listener.local_addr().unwrap()))
            .with_bucket_name("bucket")
            .with_service_account_key(NOBODY)
            .with_client_options(object_store::ClientOptions::new().with_allow_http(true));
        tokio::spawn(async move { axum::serve(listener, app).await });
        builder.build().unwrap()
    }

    async fn admitted(objects: Arc<dyn ObjectStore>) -> Result<(), StoreRefused> {
        let cluster_id = ClusterId::new("own");
        let prefix = "a/prefix".to_owned();
        let admission = Admission {
            objects,
            prefix,
            cluster_id,
        };
        admission.try_once(Uuid::from_bytes([1; 16])).await.map(|_| ())
    }

    #[tokio::test]
    async fn a_store_of_generations_is_trusted_by_them_and_not_by_its_etags() {
        admitted(Arc::new(Generations(google().await))).await.unwrap();
        let bare = admitted(Arc::new(google().await)).await;
        assert!(matches!(bare, Err(StoreRefused::Unavailable(_))), "{bare:?}");
    }
}
