use serde_json::{Map, Value, json};

use crate::connection::{OnlineArgs, Settings};
use crate::failure::Failure;
use crate::hex;
use crate::output::Output;
use crate::session::Session;
use crate::table::Table;

/// Associates with a meter, tells what was agreed on, and releases.
///
/// Example: dlms associate --tcp meter:4059 --client 32 --auth lls --password 12345678
#[derive(Debug, clap::Args)]
pub(crate) struct AssociateArgs {
    #[command(flatten)]
    online: OnlineArgs,
}

/// Runs `dlms associate`.
pub(crate) fn run(args: &AssociateArgs, output: &Output) -> Result<(), Failure> {
    let agreed = Session::run(&args.online, |session| Ok(describe(session)))?;
    output.print(&agreed, |agreed| {
        let mut table = Table::default();
        for (name, value) in agreed.as_object().into_iter().flatten() {
            table.row([name.clone(), text(value)]);
        }
        table.text()
    })
}

fn describe(session: &Session) -> Value {
    let negotiated = session.negotiated();
    let settings: &Settings = session.settings();
    let mut agreed = Map::new();
    agreed.insert("conformance".into(), negotiated.conformance.names().collect());
    agreed.insert("max-pdu-size".into(), negotiated.server_max_receive_pdu_size.into());
    agreed.insert("dlms-version".into(), negotiated.dlms_version.into());
    if let Some(title) = negotiated.server_title {
        agreed.insert("server-system-title".into(), hex::to_text(&title.0).into());
    }
    agreed.insert("mechanism".into(), settings.auth.name().into());
    agreed.insert("security".into(), settings.security.name().into());
    agreed.insert("suite".into(), settings.config.ciphering.map_or(Value::Null, |c| json!(c.suite.id())));
    agreed.insert("round-trips".into(), session.statistics().round_trips.into());
    agreed.into()
}

fn text(value: &Value) -> String {
    match value {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}
