//! What the system says about this process; nothing where it has no `/proc`.

use super::definition::{CPU, OPEN_FILES, RESIDENT, THREADS};
use super::exposition::Exposition;

/// Shows what is known.
pub(super) fn show(text: &mut Exposition) {
    let usage = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    text.single(&CPU, usage.tv_sec as f64 + usage.tv_nsec as f64 / 1e9);
    if let Ok(statm) = std::fs::read_to_string("/proc/self/statm")
        && let Some(pages) = resident_pages(&statm)
    {
        text.single(&RESIDENT, pages * rustix::param::page_size() as u64);
    }
    for (def, folder) in [(&OPEN_FILES, "/proc/self/fd"), (&THREADS, "/proc/self/task")] {
        if let Ok(entries) = std::fs::read_dir(folder) {
            text.single(def, entries.count());
        }
    }
}

fn resident_pages(statm: &str) -> Option<u64> {
    statm.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_the_second_number() {
        assert_eq!(resident_pages("51234 1234 900 1 0 400 0\n"), Some(1234));
        assert_eq!(resident_pages(""), None);
    }
}
