//! What must stand beside figures so that they mean something: the machine, the date, the revision.

use std::fs;
use std::process::Command;

/// Facts about this machine and this run.
#[derive(Debug)]
pub struct Machine {
    /// Model of the processor.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Memory in GiB.
    pub memory_gib: u64,
    /// Name and release of the kernel.
    pub kernel: String,
    /// When the run began, in UTC.
    pub date: String,
    /// Revision of the tree that was measured.
    pub revision: String,
    /// Load averages when the run began.
    pub load: String,
    /// Version of the Java that runs Kafka.
    pub java: String,
}

impl Machine {
    /// Asks the machine; what it does not tell is left empty.
    pub fn ask() -> Self {
        let cpu_info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            line.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned()))
                .unwrap_or_default()
        };
        let kib = field(&memory, "MemTotal");
        let kib: u64 = kib
            .split_whitespace()
            .next()
            .and_then(|kib| kib.parse().ok())
            .unwrap_or(0);
        Self {
            processor: field(&cpu_info, "model name"),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            memory_gib: kib.div_ceil(1 << 20),
            kernel: first_line("uname", &["-sr"]),
            date: first_line("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
            revision: first_line("git", &["describe", "--always", "--dirty"]),
            load: load(),
            java: first_line("java", &["-version"]),
        }
    }
}

/// Load averages of the last 1, 5 and 15 minutes.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(", ")
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let Ok(output) = Command::new(program).args(arguments).output() else {
        return String::new();
    };
    let text = if output.stdout.is_empty() {
        output.stderr
    } else {
        output.stdout
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    text.lines().next().unwrap_or_default().to_owned()
}
