//! Files that are no files: the corpus under `testdata/properties`, and what becomes of it when bytes are changed, lost,
//! doubled and mixed. The parser answers or refuses; nothing panics, and nothing grows beyond its input.

use std::path::{Path, PathBuf};

use super::*;
use crate::config::{BrokerConfig, Settings};

const ROUNDS: usize = 400;

fn corpus() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/properties"));
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Numbers that follow from a seed.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

fn mutated(bytes: &[u8], other: &[u8], draws: &mut Draws) -> Vec<u8> {
    const SPECIAL: &[u8] = b"\\=: \t\x0c\r\n#!u,\x00\xff";
    let mut bytes = bytes.to_vec();
    for _ in 0..=draws.below(4) {
        let at = draws.below(bytes.len());
        match draws.below(5) {
            0 => bytes.insert(at, SPECIAL[draws.below(SPECIAL.len())]),
            1 if !bytes.is_empty() => bytes[at] = draws.below(256) as u8,
            2 => bytes.truncate(at),
            3 => bytes.extend_from_within(at..),
            _ => bytes.extend_from_slice(&other[draws.below(other.len())..]),
        }
    }
    bytes
}

/// Everything that must hold whatever the bytes are.
#[track_caller]
fn holds_for(bytes: &[u8]) {
    let Ok(properties) = parse_properties(bytes) else {
        return;
    };
    let size: usize = properties
        .iter()
        .map(|property| property.key.chars().count() + property.value.chars().count())
        .sum();
    assert!(size <= bytes.len());
    let lines: Vec<usize> = properties.iter().map(|property| property.line).collect();
    assert!(lines.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(
        without_lines(&parse_properties(written(&properties).as_bytes()).unwrap()),
        without_lines(&properties)
    );
    let mut settings = Settings::new();
    settings
        .add_properties(Path::new("mutated.properties"), bytes)
        .unwrap();
    // Refused or not, it is an answer.
    let _checked = BrokerConfig::from_settings(settings, Vec::new());
}

fn without_lines(properties: &[Property]) -> Vec<(&str, &str)> {
    let pairs = properties.iter();
    pairs.map(|property| (&*property.key, &*property.value)).collect()
}

/// The same properties as a file in which everything special is escaped.
fn written(properties: &[Property]) -> String {
    let escaped = |text: &str| -> String {
        text.chars()
            .map(|letter| match letter {
                '\n' => "\\n".to_owned(),
                '\r' => "\\r".to_owned(),
                // At the beginning of a file it would be a byte order mark.
                '\u{feff}' => "\\ufeff".to_owned(),
                '\\' | '=' | ':' | ' ' | '\t' | '\u{c}' | '#' | '!' => format!("\\{letter}"),
                plain => plain.to_string(),
            })
            .collect()
    };
    properties
        .iter()
        .map(|property| format!("{}={}\n", escaped(&property.key), escaped(&property.value)))
        .collect()
}

#[test]
fn the_corpus_is_answered() {
    for (path, bytes) in corpus() {
        let refused = parse_properties(&bytes).is_err();
        assert_eq!(
            refused,
            path.ends_with("broken_escape.properties"),
            "{}",
            path.display()
        );
        holds_for(&bytes);
    }
}

#[test]
fn mutated_files_are_answered_too() {
    let corpus = corpus();
    let mut draws = Draws(20_261_121);
    for (_, bytes) in &corpus {
        for _ in 0..ROUNDS {
            let (_, other) = &corpus[draws.below(corpus.len())];
            holds_for(&mutated(bytes, other, &mut draws));
        }
    }
}
