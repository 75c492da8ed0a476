use dlms_core::apdu::AttributeDescriptor;
use dlms_core::codec::Encode;
use dlms_core::data::{Data, DataBuf, DateTime};
use obis::{ObisCode, obis};
use serde_json::json;

use crate::connection::OnlineArgs;
use crate::failure::Failure;
use crate::moment::{Moment, now, utc_seconds};
use crate::output::Output;
use crate::session::Session;
use crate::value_json::to_json;

/// The meter's clock.
pub(crate) const CLOCK: ObisCode = obis!("0-0:1.0.0.255");
const TIME: AttributeDescriptor = AttributeDescriptor::new(8, CLOCK, 2);

/// Reads the meter's clock, and how far it is ahead of ours, or sets it.
///
/// Example: dlms clock --set now --tcp meter:4059
#[derive(Debug, clap::Args)]
pub(crate) struct ClockArgs {
    /// Set the clock: to now, or to a time as 2024-12-31T23:59:30+01:00. What is given without an offset is meant by
    /// the meter's own.
    #[arg(long, value_name = "now|T", allow_hyphen_values = true)]
    set: Option<Moment>,
    #[command(flatten)]
    online: OnlineArgs,
}

/// Runs `dlms clock`.
pub(crate) fn run(args: &ClockArgs, output: &Output) -> Result<(), Failure> {
    let (time, ahead) = Session::run(&args.online, |session| {
        if let Some(moment) = args.set {
            set(session, moment)?;
        }
        let (time, _) = read(session)?;
        Ok((time, utc_seconds(time).map(|seconds| seconds.saturating_sub(now()))))
    })?;
    let json = json!({
        "time": to_json(&Data::DateTime(time))?,
        "text": time.to_string(),
        "offset-seconds": ahead,
    });
    output.print(&json, |_| match ahead {
        Some(0) => format!("{time}\n"),
        Some(ahead) => format!("{time}, {} s {}\n", ahead.abs(), if ahead > 0 { "ahead" } else { "behind" }),
        None => format!("{time}\n"),
    })
}

/// The meter's time, its deviation by the standard, and the value it came in.
pub(crate) fn read(session: &mut Session) -> Result<(DateTime, DataBuf), Failure> {
    let value = session.get(TIME, None)?;
    let time = value.as_data().as_date_time();
    let time = time.ok_or_else(|| Failure::decode("the meter's time is no date-time"))?;
    Ok((by_the_meter(session, time), value))
}

/// From the deviation that the standard means to the one that this meter means, and back.
fn by_the_meter(session: &Session, mut time: DateTime) -> DateTime {
    if session.settings().habits.deviation_reversed {
        time.deviation = time.deviation.reversed();
    }
    time
}

/// Sets the clock, with the deviation and in the form that it has.
fn set(session: &mut Session, moment: Moment) -> Result<(), Failure> {
    let (present, form) = read(session)?;
    let time = DateTime { clock_status: present.clock_status, ..moment.first(present.deviation) };
    session.set(TIME, &in_form_of(&form, by_the_meter(session, time)))
}

/// A date-time of its own type, or in an octet-string, as `form` is.
pub(crate) fn in_form_of(form: &DataBuf, time: DateTime) -> DataBuf {
    match form.as_data() {
        Data::DateTime(_) => DataBuf::from(Data::DateTime(time)),
        _ => DataBuf::new(&OctetString(time.to_octets())),
    }
}

struct OctetString([u8; 12]);

impl Encode for OctetString {
    fn encode(&self, w: &mut dlms_core::codec::Writer<'_>) {
        Data::OctetString(&self.0).encode(w);
    }
}
