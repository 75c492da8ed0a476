use dlms_core::apdu::AttributeDescriptor;
use obis::{ObisCode, obis};
use serde_json::json;

use crate::connection::{Auth, ConnectionFlags, OnlineArgs, Security};
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;

/// The counter under the global unicast key.
const COUNTER: ObisCode = obis!("0-0:43.1.0.255");

/// Asks the meter for the invocation counter it holds for us, as the public client unless another is named.
///
/// Example: dlms counter --tcp meter:4059 --counter-obis 0-0:43.1.0.255
#[derive(Debug, clap::Args)]
pub(crate) struct CounterArgs {
    #[command(flatten)]
    online: OnlineArgs,
}

/// Runs `dlms counter`.
pub(crate) fn run(args: &CounterArgs, output: &Output) -> Result<(), Failure> {
    let flags = args.online.flags()?;
    let name = flags.counter_obis.unwrap_or(COUNTER);
    let attribute = AttributeDescriptor::new(1, name, 2);
    let value = Session::run_with(as_public(flags), |session| session.get(attribute, None))?;
    let counter = value.as_data().as_integer().and_then(|counter| u32::try_from(counter).ok());
    let counter = counter.ok_or_else(|| Failure::decode(format!("{name} is no invocation counter")))?;
    output.print(&json!({"invocation-counter": counter}), |_| format!("{counter}\n"))
}

/// The flags of the public client, where they do not say who is to ask.
fn as_public(flags: ConnectionFlags) -> ConnectionFlags {
    let flags = ConnectionFlags { counter_obis: None, ..flags };
    if flags.client.is_some() || flags.auth.is_some() {
        return flags;
    }
    ConnectionFlags {
        client: Some(16),
        auth: Some(Auth::None),
        security: Some(Security::None),
        ciphering: None,
        dedicated_key: None,
        ..flags
    }
}
