//! Directories of Kafka nodes, as they were left by a clean stop.

use std::path::Path;

/// Puts down what a zstd-packed archive holds: ustar headers of 512 bytes, each followed by its content.
pub(crate) fn unpack(archive: &[u8], target: &Path) {
    let archive = zstd::decode_all(archive).unwrap();
    let mut position = 0;
    while archive[position] != 0 {
        let header = &archive[position..position + 512];
        let text = |range: std::ops::Range<usize>| {
            let field = header[range].split(|byte| *byte == 0).next().unwrap();
            String::from_utf8(field.to_vec()).unwrap()
        };
        let size = usize::from_str_radix(text(124..136).trim(), 8).unwrap();
        let path = target.join(text(0..100).trim_start_matches("./"));
        position += 512;
        match header[156] {
            b'5' => std::fs::create_dir_all(path).unwrap(),
            _ => std::fs::write(path, &archive[position..position + size]).unwrap(),
        }
        position += size.next_multiple_of(512);
    }
}
