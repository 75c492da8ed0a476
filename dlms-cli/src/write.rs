use dlms_core::apdu::AttributeDescriptor;
use serde_json::json;

use crate::connection::OnlineArgs;
use crate::failure::Failure;
use crate::input;
use crate::output::Output;
use crate::reference::FullReference;
use crate::session::Session;
use crate::value_json::from_json;

/// Writes an attribute.
///
/// Example: dlms write 0-0:96.13.0.255:1:2 '{"octet-string":"48656C6C6F"}' --tcp meter:4059
#[derive(Debug, clap::Args)]
pub(crate) struct WriteArgs {
    /// The attribute.
    #[arg(value_name = "OBIS:CLASS:ATTR")]
    what: FullReference,
    /// The value in JSON, @FILE or - for stdin.
    #[arg(value_name = "VALUE-JSON")]
    value: String,
    #[command(flatten)]
    online: OnlineArgs,
}

/// Runs `dlms write`.
pub(crate) fn run(args: &WriteArgs, output: &Output) -> Result<(), Failure> {
    let value = value(&args.value)?;
    let FullReference { obis, class, member } = args.what;
    let attribute = AttributeDescriptor::new(class, obis, member);
    Session::run(&args.online, |session| session.set(attribute, &value))?;
    output.print(&json!({"result": "success"}), |_| "written\n".to_owned())
}

/// The value that an argument stands for.
pub(crate) fn value(argument: &str) -> Result<dlms_core::data::DataBuf, Failure> {
    let text = input::text(argument)?;
    let json = serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format!("the value is no JSON: {error}")))?;
    from_json(&json)
}
