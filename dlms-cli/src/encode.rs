use serde_json::{Deserializer, Value, json};

use crate::failure::Failure;
use crate::output::Output;
use crate::telegram::{KeyFlags, Keys, MessageWriter};
use crate::{hex, input};

/// Writes what `dlms decode --json` printed as hexadecimal digits again: the same values in canonical octets.
///
/// A protected message needs its keys; it is protected under the system title and invocation counter it came under.
///
/// Example: dlms encode '{"link":"data","body":{"long-unsigned":10}}'
///
/// Example: dlms decode --json @capture.bin | dlms encode -
#[derive(Debug, clap::Args)]
pub(crate) struct EncodeArgs {
    #[command(flatten)]
    keys: KeyFlags,
    /// One or more JSON documents; @FILE or - for stdin.
    #[arg(value_name = "JSON|@FILE|-")]
    input: String,
}

/// Runs `dlms encode`.
pub(crate) fn run(args: &EncodeArgs, output: &Output) -> Result<(), Failure> {
    let writer = MessageWriter::new(Keys::new(&args.keys)?);
    let text = input::text(&args.input)?;
    let mut any = false;
    for document in Deserializer::from_str(&text).into_iter::<Value>() {
        let document = document.map_err(|error| Failure::usage(format!("no JSON: {error}")))?;
        let octets = hex::to_text(&writer.write(&document)?);
        output.print(&json!({"hex": octets}), |_| format!("{octets}\n"))?;
        any = true;
    }
    if any { Ok(()) } else { Err(Failure::usage("no document")) }
}
