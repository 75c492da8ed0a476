use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

/// What a call of `dlms` came to.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Called {
    /// The documents on stdout, one a line.
    pub(crate) fn documents(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The only document, of a call that failed in nothing.
    pub(crate) fn document(&self) -> Value {
        assert_eq!(self.status, 0, "{self:?}");
        let [document] = &self.documents()[..] else { panic!("{self:?}") };
        document.clone()
    }

    /// The failures on stderr, one a line.
    pub(crate) fn failures(&self) -> Vec<Value> {
        self.err.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["error"].clone()).collect()
    }

    /// The kind of the only failure.
    pub(crate) fn kind(&self) -> String {
        let [failure] = &self.failures()[..] else { panic!("{self:?}") };
        failure["kind"].as_str().unwrap().into()
    }
}

/// Calls `dlms` with these arguments, and this on stdin.
pub(crate) fn call(arguments: &[&str], stdin: &str) -> Called {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dlms"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let text = stdin.to_owned();
    // A command that fails early does not read it all.
    let writer = thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Called {
        status: output.status.code().expect("killed by a signal"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Calls `dlms decode --json` with these flags.
pub(crate) fn decode(flags: &[&str], hex: &str) -> Called {
    call(&[&["decode", "--json"], flags, &["-"]].concat(), hex)
}
