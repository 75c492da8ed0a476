use dlms_core::apdu::MethodDescriptor;
use dlms_core::data::{Data, DataBuf};
use serde_json::json;

use crate::connection::OnlineArgs;
use crate::failure::Failure;
use crate::output::Output;
use crate::readable;
use crate::reference::FullReference;
use crate::session::Session;
use crate::value_json::to_json;
use crate::write;

/// Invokes a method.
///
/// Example: dlms invoke 0-0:96.3.10.255:70:1 '{"integer":0}' --tcp meter:4059
#[derive(Debug, clap::Args)]
pub(crate) struct InvokeArgs {
    /// The method.
    #[arg(value_name = "OBIS:CLASS:METHOD")]
    what: FullReference,
    /// The parameter in JSON, @FILE or - for stdin; integer 0, which stands for none in the standard, if left out.
    #[arg(value_name = "VALUE-JSON")]
    parameter: Option<String>,
    #[command(flatten)]
    online: OnlineArgs,
}

/// Runs `dlms invoke`.
pub(crate) fn run(args: &InvokeArgs, output: &Output) -> Result<(), Failure> {
    let parameter = match &args.parameter {
        Some(parameter) => write::value(parameter)?,
        None => DataBuf::from(Data::Integer(0)),
    };
    let FullReference { obis, class, member } = args.what;
    let method = MethodDescriptor::new(class, obis, member);
    let result = Session::run(&args.online, |session| session.invoke(method, &parameter))?;
    let mut json = json!({"result": "success"});
    if let (Some(object), false) = (json.as_object_mut(), matches!(result.as_data(), Data::NullData)) {
        object.insert("value".into(), to_json(&result.as_data())?);
    }
    output.print(&json, |_| match result.as_data() {
        Data::NullData => "done\n".to_owned(),
        value => format!("{}\n", readable::plain(value)),
    })
}
