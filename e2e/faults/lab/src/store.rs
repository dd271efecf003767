//! An object store where clients are, and the proxy before it that does to requests what networks and stores do.
//!
//! The store is moto's S3 server or MinIO; the proxy is that of the suites (`e2e/suites/tiering-faults`). Nodes reach
//! the proxy only. Invariant: dropping it ends both.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::LabError;
use crate::leftovers::{self, Leftover};

const BUCKET: &str = "s3://tiered/lab";
const KEY: &str = "faultlab-access";
const SECRET: &str = "faultlab-secret-of-no-worth";
/// Of the store, of the proxy, and of who tells the proxy what to do.
const PORTS: [u16; 3] = [27_090, 27_091, 27_092];
/// Longest start.
const UP_WITHIN: Duration = Duration::from_secs(60);

/// Programs that are not the lab's own.
#[derive(Clone, Debug)]
pub struct Programs {
    /// Folder of `e2e/suites/tiering/install`, with moto and boto3.
    pub tools: PathBuf,
    /// MinIO's server, to be used instead of moto.
    pub minio: Option<PathBuf>,
    /// `e2e/suites`.
    pub suites: PathBuf,
}

impl Programs {
    fn python(&self) -> PathBuf {
        self.tools.join("venv/bin/python")
    }

    fn store(&self, folder: &Path) -> Command {
        let address = format!("127.0.0.1:{}", PORTS[0]);
        if let Some(minio) = &self.minio {
            let mut command = Command::new(minio);
            command.args(["server", "--quiet", "--console-address", "127.0.0.1:27093"]);
            command.args(["--address", &address]).arg(folder);
            command.envs([("MINIO_ROOT_USER", KEY), ("MINIO_ROOT_PASSWORD", SECRET)]);
            command.envs([("MINIO_BROWSER", "off"), ("MINIO_UPDATE", "off")]);
            return command;
        }
        let mut command = Command::new(self.tools.join("venv/bin/moto_server"));
        command.args(["-H", "127.0.0.1", "-p", &PORTS[0].to_string()]);
        command
    }
}

/// A store that is up, with an empty bucket.
#[derive(Debug)]
pub struct Store {
    children: Vec<Child>,
    host: &'static str,
}

impl Store {
    /// Starts it where this thread is; `host` is how nodes reach that place.
    pub fn start(programs: &Programs, host: &'static str, folder: &Path) -> Result<Self, LabError> {
        if !programs.python().exists() {
            let tools = programs.tools.display();
            let why = format!("no object store: e2e/suites/tiering/install {tools} brings one");
            return Err(LabError::Missing(why));
        }
        fs::create_dir_all(folder)?;
        let mut store = Self {
            children: Vec::new(),
            host,
        };
        store.launch(programs.store(folder), &folder.with_extension("log"))?;
        let mut proxy = Command::new(programs.python());
        proxy.arg(programs.suites.join("tiering-faults/fault_proxy.py"));
        proxy.args([PORTS[1], PORTS[0], PORTS[2]].map(|port| port.to_string()));
        proxy.arg(host);
        store.launch(proxy, &folder.with_extension("proxy.log"))?;
        store.wait(programs)?;
        Ok(store)
    }

    fn launch(&mut self, mut command: Command, log: &Path) -> Result<(), LabError> {
        let out = File::create(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()?;
        leftovers::add(Leftover::Process(child.id()));
        self.children.push(child);
        Ok(())
    }

    /// Waits for both, and makes the bucket.
    fn wait(&self, programs: &Programs) -> Result<(), LabError> {
        let began = Instant::now();
        loop {
            let mut make = Command::new(programs.python());
            make.arg(programs.suites.join("tiering/bucket.py"));
            make.args([format!("http://127.0.0.1:{}", PORTS[0]), "make".to_owned()]);
            make.envs(self.environment());
            let output = make.stdin(Stdio::null()).output()?;
            if output.status.success() && self.tell("hits").is_ok() {
                return Ok(());
            }
            if began.elapsed() > UP_WITHIN {
                return Err(LabError::Program {
                    program: "the object store".to_owned(),
                    said: String::from_utf8_lossy(&output.stderr).into_owned(),
                });
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// What nodes are told of it.
    pub fn properties(&self) -> Vec<(String, String)> {
        let endpoint = format!("http://{}:{}", self.host, PORTS[1]);
        [
            ("remote.log.storage.system.enable", "true"),
            ("eddyline.remote.store", BUCKET),
            ("eddyline.remote.s3.endpoint", &endpoint),
            ("eddyline.remote.s3.access.key.id", KEY),
            ("eddyline.remote.s3.secret.access.key", SECRET),
            ("eddyline.remote.cache.bytes", "0"),
            ("eddyline.remote.reader.grace.ms", "1000"),
            ("eddyline.remote.orphan.grace.ms", "60000"),
            ("remote.log.manager.task.interval.ms", "500"),
            ("remote.log.manager.task.retry.backoff.ms", "200"),
            ("remote.log.manager.task.retry.backoff.max.ms", "2000"),
            ("log.retention.check.interval.ms", "500"),
            ("log.flush.start.offset.checkpoint.interval.ms", "500"),
            ("log.roll.ms", "3000"),
            ("remote.fetch.max.wait.ms", "5000"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec()
    }

    fn environment(&self) -> [(&'static str, &'static str); 4] {
        [
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]
    }

    /// One line to the proxy; its answer.
    pub fn tell(&self, line: &str) -> Result<String, LabError> {
        let mut stream = TcpStream::connect(("127.0.0.1", PORTS[2]))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        writeln!(stream, "{line}")?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }

    /// Does that to requests from now on: `METHOD SUFFIX EVERY FAULT [NUMBER]`.
    pub fn rule(&self, rule: &str) -> Result<(), LabError> {
        match self.tell(&format!("rule {rule}"))?.as_str() {
            "done" => Ok(()),
            other => Err(LabError::Unusable(format!("the proxy says {other} to {rule}"))),
        }
    }

    /// Does nothing to requests any more, and lets go what is held.
    pub fn clear(&self) -> Result<(), LabError> {
        self.tell("clear").map(drop)
    }

    /// Number of requests that met the rules that there are.
    pub fn hits(&self) -> Result<u64, LabError> {
        let answer = self.tell("hits")?;
        let strange = |_| LabError::Unusable(format!("the proxy says {answer}"));
        answer.parse().map_err(strange)
    }

    /// Has every object compared with manifests and checksums, past the proxy; what is wrong.
    pub fn verify(&self, binary: &Path) -> Result<(), LabError> {
        let output = Command::new(binary)
            .args(["tier", "verify", BUCKET, "--endpoint"])
            .arg(format!("http://127.0.0.1:{}", PORTS[0]))
            .envs(self.environment())
            .stdin(Stdio::null())
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].concat();
        Err(LabError::Program {
            program: "eddyline tier verify".to_owned(),
            said: String::from_utf8_lossy(&said).into_owned(),
        })
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        for child in &mut self.children {
            child.kill().ok();
            child.wait().ok();
            leftovers::strike(&Leftover::Process(child.id()));
        }
    }
}
