//! Operators that take turns by a Lease: never two at a time, and whoever loses it waits instead of ending.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use operator_controller::lease::Election;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

const LASTS: Duration = Duration::from_secs(15);

/// The one Lease of an API server, which may be out of reach.
#[derive(Clone, Default)]
struct Leases {
    lease: Arc<Mutex<Option<Value>>>,
    version: Arc<AtomicUsize>,
}

/// One operator's way to it.
#[derive(Clone, Default)]
struct Link {
    cut: Arc<AtomicBool>,
}

impl Leases {
    fn client(&self, link: &Link) -> Client {
        let (leases, link) = (self.clone(), link.clone());
        let service = tower::service_fn(move |request: Request<Body>| {
            let (leases, link) = (leases.clone(), link.clone());
            async move {
                sleep(Duration::from_millis(20)).await;
                if link.cut.load(Ordering::Acquire) {
                    std::future::pending::<()>().await;
                }
                let (parts, body) = request.into_parts();
                let body = body.collect().await.expect("bodies are whole").to_bytes();
                Ok::<_, Infallible>(leases.answer(&parts.method, &body))
            }
        });
        Client::new(service, "eddyline-system")
    }

    fn answer(&self, method: &Method, body: &[u8]) -> Response<Body> {
        let mut lease = self.lease.lock().expect("no test panics with it");
        let said: Value = serde_json::from_slice(body).unwrap_or_default();
        let seen = lease
            .as_ref()
            .map_or(Value::Null, |lease| lease["metadata"]["resourceVersion"].clone());
        let status = match *method {
            Method::GET if lease.is_none() => StatusCode::NOT_FOUND,
            Method::GET => StatusCode::OK,
            Method::POST if lease.is_some() => StatusCode::CONFLICT,
            Method::PUT if said["metadata"]["resourceVersion"] != seen => StatusCode::CONFLICT,
            _ => {
                let mut next = said;
                next["metadata"]["resourceVersion"] =
                    json!(self.version.fetch_add(1, Ordering::AcqRel).to_string());
                *lease = Some(next);
                StatusCode::OK
            }
        };
        let object = match status {
            StatusCode::OK => lease.clone().unwrap_or_default(),
            status => {
                json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status.as_u16(),
                "reason": if status == StatusCode::CONFLICT { "Conflict" } else { "NotFound" }, "message": "no"})
            }
        };
        let body = serde_json::to_vec(&object).expect("values can be written");
        Response::builder()
            .status(status)
            .body(Body::from(body))
            .expect("a response")
    }
}

/// How many operators act now, and how often one began.
#[derive(Clone, Default)]
struct Stage {
    acting: Arc<AtomicUsize>,
    begun: Arc<AtomicUsize>,
}

struct Acting(Stage);

impl Drop for Acting {
    fn drop(&mut self) {
        self.0.acting.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Stage {
    async fn act(&self) {
        let others = self.acting.fetch_add(1, Ordering::AcqRel);
        let _acting = Acting(self.clone());
        assert_eq!(others, 0, "two operators act");
        self.begun.fetch_add(1, Ordering::AcqRel);
        std::future::pending::<()>().await;
    }

    fn acting(&self) -> usize {
        self.acting.load(Ordering::Acquire)
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::Acquire)
    }

    async fn operator(&self, leases: &Leases, link: &Link, name: &str) {
        let election = Election::new(leases.client(link), "eddyline-system", name, LASTS);
        let never = Box::pin(std::future::pending());
        election.lead(never, |_| {}, async |_| self.act().await).await;
    }
}

/// Overload that lasts longer than a Lease: the operator stops acting, stays, and acts again when it may.
#[tokio::test(start_paused = true)]
async fn who_loses_the_lease_waits_for_it_again() {
    let (leases, stage, link) = (Leases::default(), Stage::default(), Link::default());
    let script = async {
        sleep(LASTS).await;
        assert_eq!((stage.acting(), stage.begun()), (1, 1));
        link.cut.store(true, Ordering::Release);
        sleep(LASTS).await;
        assert_eq!(stage.acting(), 0, "nobody acts on a Lease that may be another's");
        link.cut.store(false, Ordering::Release);
        sleep(LASTS * 3).await;
        assert_eq!((stage.acting(), stage.begun()), (1, 2));
    };
    tokio::select! {
        () = script => {}
        () = stage.operator(&leases, &link, "a") => panic!("an operator that lost its Lease has ended"),
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_operators_one_acts_whoever_is_cut_off_and_for_how_long() {
    let (leases, stage) = (Leases::default(), Stage::default());
    let links = [Link::default(), Link::default()];
    let script = async {
        for round in 0..40_u32 {
            let link = &links[(round % 2) as usize];
            link.cut.store(true, Ordering::Release);
            sleep(Duration::from_secs(u64::from(round * 7 % 41))).await;
            link.cut.store(false, Ordering::Release);
            sleep(Duration::from_secs(u64::from(round * 5 % 23))).await;
        }
        let end = Instant::now() + LASTS * 4;
        while stage.acting() == 0 && Instant::now() < end {
            sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(stage.acting(), 1);
        assert!(stage.begun() > 4, "the Lease changed hands: {}", stage.begun());
    };
    tokio::select! {
        () = script => {}
        () = stage.operator(&leases, &links[0], "a") => panic!("a has ended"),
        () = stage.operator(&leases, &links[1], "b") => panic!("b has ended"),
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_told_to_end_gives_the_lease_back() {
    let (leases, link) = (Leases::default(), Link::default());
    let election = Election::new(leases.client(&link), "eddyline-system", "a", LASTS);
    let told = Box::pin(sleep(LASTS * 2));
    let finished = AtomicBool::new(false);
    let act = async |mut stopped: tokio::sync::watch::Receiver<bool>| {
        stopped.wait_for(|stopped| *stopped).await.expect("it is told");
        finished.store(true, Ordering::Release);
    };
    election.lead(told, |_| {}, act).await;
    assert!(finished.load(Ordering::Acquire), "a pass may end");
    let lease = leases
        .lease
        .lock()
        .expect("no test panics with it")
        .clone()
        .expect("there is one");
    assert_eq!(lease["spec"]["holderIdentity"], "");
}
