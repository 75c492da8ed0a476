use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `dlms` with these arguments.
pub(crate) fn dlms(arguments: &[&str]) -> Ended {
    let output =
        Command::new(env!("CARGO_BIN_EXE_dlms")).args(arguments).stdin(Stdio::null()).output().unwrap();
    Ended::new(&output)
}

/// Runs `dlms` with these arguments and `--json`; what it prints.
pub(crate) fn json(arguments: &[&str]) -> Value {
    let ended = dlms(&[arguments, &["--json"]].concat());
    assert_eq!(ended.status, 0, "{arguments:?}: {}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

/// Runs `dlms` with these arguments and `--json`, which must fail: its exit status and its error.
pub(crate) fn failure(arguments: &[&str]) -> (i32, Value) {
    let ended = dlms(&[arguments, &["--json"]].concat());
    assert_eq!(ended.stdout, "", "{arguments:?}");
    let last = ended.stderr.lines().last().unwrap();
    let error: Value =
        serde_json::from_str(last).unwrap_or_else(|_| panic!("{arguments:?}: {}", ended.stderr));
    (ended.status, error["error"].clone())
}

impl Ended {
    fn new(output: &Output) -> Self {
        let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
        Self {
            status: output.status.code().unwrap(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

/// The flags of a client whose messages are authenticated and encrypted.
pub(crate) const KEYED: [&str; 10] = [
    "--client",
    "1",
    "--auth",
    "hls-gmac",
    "--ek",
    "000102030405060708090A0B0C0D0E0F",
    "--ak",
    "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF",
    "--system-title",
    "434C49454E543031",
];

/// A `dlms meter` that runs until it is dropped.
pub(crate) struct Meter {
    process: Child,
    pub(crate) address: String,
}

impl Meter {
    /// One that is ready, for the wrapper on TCP.
    pub(crate) fn start() -> Self {
        Self::with(&["--tcp", "127.0.0.1:0"])
    }

    /// One with these arguments that is ready.
    pub(crate) fn with(arguments: &[&str]) -> Self {
        Self::spawn(Command::new(env!("CARGO_BIN_EXE_dlms")).arg("meter").args(arguments))
    }

    /// The one that this starts, when it is ready.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("ready ").unwrap().trim().to_owned();
        Self { process, address }
    }

    /// The arguments, with those of a client whose messages are authenticated and encrypted.
    pub(crate) fn keyed<'a>(&'a self, arguments: &[&'a str]) -> Vec<&'a str> {
        [arguments, &["--tcp", &self.address], &KEYED].concat()
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A directory of one test's own.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("dlms-online-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The path of a file in it.
    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
