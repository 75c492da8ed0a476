//! What the documents say that a test holds is held by a test.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// The functions of all Rust files of the workspace below `folder` that are tests.
fn collect(folder: &Path, tests: &mut HashSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                collect(&path, tests);
            }
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut marked = false;
            for line in text.lines().map(str::trim_start) {
                marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
                let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
                if let Some(function) = function {
                    if marked {
                        tests.insert(function.split(['(', '<']).next().unwrap().to_owned());
                    }
                    marked = false;
                }
            }
        }
    }
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut tests = HashSet::new();
    collect(root, &mut tests);
    for (document, head, least) in
        [("docs/field-notes.md", "| stumbling block |", 60), ("docs/security.md", "| attack |", 35)]
    {
        let text = fs::read_to_string(root.join(document)).unwrap();
        // The table under that head, less the line below it.
        let table = text.lines().skip_while(|line| !line.starts_with(head)).skip(2);
        let (mut named, mut gone) = (0, Vec::new());
        for row in table.take_while(|line| line.starts_with("| ")) {
            let last = row.trim_end_matches(" |").rsplit('|').next().unwrap();
            for name in last.split('`').skip(1).step_by(2) {
                named += 1;
                if !tests.contains(name) {
                    gone.push(name.to_owned());
                }
            }
            assert!(last.contains('`'), "{document}: no test holds {row}");
        }
        assert!(gone.is_empty(), "{document}: no such tests: {gone:?}");
        assert!(named > least, "{document}: {named}");
    }
}
