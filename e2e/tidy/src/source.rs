//! Rust text without its comments and literals, and which parts of it are tests.
//!
//! A lexer of a page, not a parser: it knows comments, strings, characters and braces. That is enough for rules about
//! words and sizes, and it cannot be outrun by new syntax. Positions survive: what is blanked becomes spaces.

use std::collections::BTreeSet;

use crate::repository;

/// A Rust file that is not generated.
#[derive(Debug)]
pub struct Source {
    /// Path from the root.
    pub path: String,
    /// Text as written.
    pub text: String,
    /// The same length of text with comments and the inside of literals blanked.
    pub code: String,
    /// The same again with every test item blanked; empty for a file that is a test as a whole.
    pub shipped: String,
}

impl Source {
    /// Line numbers and texts of `shipped` that hold `word` not as a part of a longer word.
    #[must_use]
    pub fn shipped_lines_with(&self, word: &str) -> Vec<usize> {
        lines_with(&self.shipped, word)
    }
}

/// All Rust files that people write, with their test parts marked.
#[must_use]
pub fn sources() -> Vec<Source> {
    let mut sources: Vec<Source> = repository::files_ending(".rs")
        .into_iter()
        .filter(|path| !repository::is_generated(path))
        .filter_map(|path| {
            let text = repository::text(&path)?;
            let code = blank_comments_and_literals(&text);
            let shipped = if is_test_file(&path) {
                String::new()
            } else {
                blank_test_items(&code)
            };
            Some(Source {
                path,
                text,
                code,
                shipped,
            })
        })
        .collect();
    let test_modules: BTreeSet<String> = sources.iter().flat_map(test_modules_of).collect();
    for source in &mut sources {
        let inside = test_modules
            .iter()
            .any(|stem| source.path == format!("{stem}.rs") || source.path.starts_with(&format!("{stem}/")));
        if inside {
            source.shipped.clear();
        }
    }
    sources
}

fn is_test_file(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, "tests" | "benches" | "fuzz_targets"))
        || path.ends_with("/tests.rs")
}

/// Paths without extension of the modules that a file declares for tests only (`#[cfg(test)] mod small_world;`).
fn test_modules_of(source: &Source) -> Vec<String> {
    let mut stems = Vec::new();
    for (start, end) in test_items(&source.code) {
        let item = &source.code[start..end];
        let Some(name) = item
            .trim_end()
            .strip_suffix(';')
            .and_then(|item| item.rsplit("mod ").next())
        else {
            continue;
        };
        let folder = match source.path.rsplit_once('/') {
            Some((folder, "lib.rs" | "main.rs")) => folder.to_owned(),
            _ => source.path.trim_end_matches(".rs").to_owned(),
        };
        stems.push(format!("{folder}/{}", name.trim()));
    }
    stems
}

/// Numbers (from 1) of the lines of `text` in which `word` stands alone.
#[must_use]
pub fn lines_with(text: &str, word: &str) -> Vec<usize> {
    let inner = |c: char| c.is_alphanumeric() || c == '_';
    let word_starts_inner = word.starts_with(inner);
    let word_ends_inner = word.ends_with(inner);
    text.lines()
        .enumerate()
        .filter(|(_, line)| {
            line.match_indices(word).any(|(at, _)| {
                let before = line[..at].chars().next_back().is_some_and(inner);
                let after = line[at + word.len()..].chars().next().is_some_and(inner);
                !(word_starts_inner && before || word_ends_inner && after)
            })
        })
        .map(|(index, _)| index + 1)
        .collect()
}

/// Lines that hold code.
#[must_use]
pub fn code_lines(code: &str) -> usize {
    code.lines().filter(|line| !line.trim().is_empty()).count()
}

/// Name, line and code lines of each function of blanked code.
#[must_use]
pub fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let name: String = code[at + 3..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let boundary = code[..at]
            .chars()
            .next_back()
            .is_none_or(|c| !(c.is_alphanumeric() || c == '_'));
        if name.is_empty() || !boundary {
            continue;
        }
        let Some(end) = end_of_item(code, at) else {
            continue;
        };
        let line = code[..at].matches('\n').count() + 1;
        found.push((name, line, code_lines(&code[at..end])));
    }
    found
}

/// Where the item that begins at `start` ends: after its `;` or its closing brace.
fn end_of_item(code: &str, start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut nested = 0_usize;
    for (at, c) in code[start..].char_indices() {
        match c {
            '(' | '[' => nested += 1,
            ')' | ']' => nested = nested.saturating_sub(1),
            '{' => depth += 1,
            '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 && nested == 0 {
                    return Some(start + at + 1);
                }
            }
            ';' if depth == 0 && nested == 0 => return Some(start + at + 1),
            _ => {}
        }
    }
    None
}

/// Ranges of the items under `#[cfg(test)]` or `#[test]`.
fn test_items(code: &str) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    for (at, _) in code.match_indices("#[") {
        let Some(close) = code[at..].find(']') else {
            continue;
        };
        let attribute = &code[at + 2..at + close];
        let for_tests = attribute.trim() == "test"
            || (attribute.trim_start().starts_with("cfg(")
                && !attribute.contains("not(test")
                && !lines_with(attribute, "test").is_empty());
        if !for_tests {
            continue;
        }
        if let Some(end) = end_of_item(code, at + close + 1) {
            ranges.push((at, end));
        }
    }
    ranges
}

fn blank_test_items(code: &str) -> String {
    let mut bytes = code.as_bytes().to_vec();
    for (start, end) in test_items(code) {
        for byte in &mut bytes[start..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Replaces comments and the inside of strings and characters by spaces; keeps every line break and every length.
#[must_use]
pub fn blank_comments_and_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => end_of_line(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => end_of_block_comment(bytes, at),
            b'"' => end_of_string(bytes, at),
            b'r' if raw_hashes(bytes, at).is_some() => end_of_raw_string(bytes, at),
            b'\'' => end_of_character(bytes, at),
            _ => at + 1,
        };
        if end > at + 1 {
            for byte in &mut out[at..end] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
            if bytes[at] == b'"' {
                out[at] = b'"';
            }
        }
        at = end;
    }
    for byte in &mut out {
        if !byte.is_ascii() {
            *byte = b' ';
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    bytes[at..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |length| at + length)
}

fn end_of_block_comment(bytes: &[u8], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut here = at;
    while here + 1 < bytes.len() {
        match (bytes[here], bytes[here + 1]) {
            (b'/', b'*') => (depth, here) = (depth + 1, here + 2),
            (b'*', b'/') => {
                (depth, here) = (depth - 1, here + 2);
                if depth == 0 {
                    return here;
                }
            }
            _ => here += 1,
        }
    }
    bytes.len()
}

fn end_of_string(bytes: &[u8], at: usize) -> usize {
    let mut here = at + 1;
    while here < bytes.len() {
        match bytes[here] {
            b'\\' => here += 2,
            b'"' => return here + 1,
            _ => here += 1,
        }
    }
    bytes.len()
}

/// Number of `#` if a raw string starts here.
fn raw_hashes(bytes: &[u8], at: usize) -> Option<usize> {
    if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_') && bytes[at - 1] != b'b' {
        return None;
    }
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    (bytes.get(at + 1 + hashes) == Some(&b'"')).then_some(hashes)
}

fn end_of_raw_string(bytes: &[u8], at: usize) -> usize {
    let hashes = raw_hashes(bytes, at).unwrap_or(0);
    let mut close = vec![b'"'];
    close.extend(std::iter::repeat_n(b'#', hashes));
    let body = at + 2 + hashes;
    bytes[body..]
        .windows(close.len())
        .position(|window| window == close)
        .map_or(bytes.len(), |n| body + n + close.len())
}

/// End of a character literal; one step further if this is a lifetime.
fn end_of_character(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at + 1) {
        Some(b'\\') => bytes[at + 3..]
            .iter()
            .position(|byte| *byte == b'\'')
            .map_or(at + 1, |n| at + 3 + n + 1),
        Some(first) => {
            let width = match first {
                0..=0x7f => 1,
                0xc0..=0xdf => 2,
                0xe0..=0xef => 3,
                _ => 4,
            };
            if bytes.get(at + 1 + width) == Some(&b'\'') {
                at + width + 2
            } else {
                at + 1
            }
        }
        None => at + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_become_spaces() {
        let text = "let a = \"// no\"; // yes\nlet b = 'x'; let c: &'static str = r#\"un\"wrap\"#; /* a /* b */ c */ d";
        let code = blank_comments_and_literals(text);
        assert_eq!(code.len(), text.len());
        assert!(
            !code.contains("no") && !code.contains("yes") && !code.contains("wrap") && !code.contains('x')
        );
        assert!(code.contains("&'static str") && code.ends_with(" d"));
    }

    #[test]
    fn test_items_are_blanked_and_the_rest_stays() {
        let code = "fn a() { b(); }\n#[cfg(test)]\nmod tests {\n  fn c() {}\n}\nfn d() {}\n";
        let shipped = blank_test_items(code);
        assert!(shipped.contains("fn a") && shipped.contains("fn d") && !shipped.contains("fn c"));
    }

    #[test]
    fn a_function_is_measured_from_its_name_to_its_brace() {
        let functions = functions("fn a(x: [u8; 3]) -> u8 {\n  1\n}\n\nfn b();\n");
        assert_eq!(functions, vec![("a".to_owned(), 1, 3), ("b".to_owned(), 5, 1)]);
    }

    #[test]
    fn a_word_is_not_found_inside_a_longer_one() {
        assert_eq!(lines_with("operand\nrand::x\n", "rand"), vec![2]);
    }
}
