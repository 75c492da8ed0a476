use clap::ValueEnum;
use cosem_classes::disconnect_control::ControlState;
use dlms_core::apdu::{AttributeDescriptor, MethodDescriptor};
use dlms_core::data::{Data, DataBuf, DataType};
use obis::{ObisCode, obis};
use serde_json::{Value, json};

use crate::connection::OnlineArgs;
use crate::failure::Failure;
use crate::output::Output;
use crate::session::{Session, refused};

/// The meter's main switch.
const BREAKER: ObisCode = obis!("0-0:96.3.10.255");
const DISCONNECT_CONTROL: u16 = 70;

/// Reads or switches the meter's breaker.
///
/// Example: dlms breaker disconnect --tcp meter:4059
#[derive(Debug, clap::Args)]
pub(crate) struct BreakerArgs {
    /// What to do.
    #[arg(value_enum, default_value_t = Action::Status)]
    action: Action,
    /// Another disconnect control object than the main one.
    #[arg(long, value_name = "OBIS", default_value_t = BREAKER)]
    object: ObisCode,
    #[command(flatten)]
    online: OnlineArgs,
}

/// What to do with a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Action {
    Status,
    Disconnect,
    Reconnect,
}

/// Runs `dlms breaker`.
pub(crate) fn run(args: &BreakerArgs, output: &Output) -> Result<(), Failure> {
    let status = Session::run(&args.online, |session| act(session, args.object, args.action))?;
    output.print(&status.to_json(), |_| format!("{}\n", status.text()))
}

/// How a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status {
    output_state: bool,
    control_state: ControlState,
    control_mode: u8,
}

/// The main switch, switched and read.
pub(crate) fn act_on_main(session: &mut Session, action: Action) -> Result<Status, Failure> {
    act(session, BREAKER, action)
}

fn act(session: &mut Session, name: ObisCode, action: Action) -> Result<Status, Failure> {
    let method = match action {
        Action::Status => None,
        Action::Disconnect => Some(1),
        Action::Reconnect => Some(2),
    };
    if let Some(method) = method {
        let method = MethodDescriptor::new(DISCONNECT_CONTROL, name, method);
        session.invoke(method, &DataBuf::from(Data::Integer(0)))?;
    }
    let attributes = [2, 3, 4].map(|id| AttributeDescriptor::new(DISCONNECT_CONTROL, name, id));
    let answers = session.answers(&attributes)?.into_iter();
    let values = answers.collect::<Result<Vec<_>, _>>().map_err(|result| refused("get", result))?;
    Status::read(&values).ok_or_else(|| Failure::decode(format!("{name} does not answer as a breaker")))
}

impl Status {
    fn read(values: &[DataBuf]) -> Option<Self> {
        let [output, state, mode] = values else { return None };
        Some(Self {
            output_state: bool::from_data(output.as_data())?,
            control_state: ControlState::from_data(state.as_data())?,
            control_mode: match mode.as_data() {
                Data::Enum(mode) => mode,
                _ => return None,
            },
        })
    }

    pub(crate) fn to_json(self) -> Value {
        json!({
            "output-state": self.output_state,
            "control-state": self.control_state.name(),
            "control-mode": self.control_mode,
        })
    }

    /// In one line.
    pub(crate) fn text(self) -> String {
        let supply = if self.output_state { "on" } else { "off" };
        format!(
            "supply {supply}, control state {}, control mode {}",
            self.control_state.name(),
            self.control_mode
        )
    }
}
