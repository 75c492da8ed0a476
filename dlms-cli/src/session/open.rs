use std::net::TcpStream;

use dlms::client::{Client, ClientError, NameTable, Negotiated, Refusal};
use dlms_core::apdu::{AttributeDescriptor, ExceptionServiceError};
use dlms_io::blocking::{Error, Meter};
use dlms_wrapper::Role;
use obis::ObisCode;

use super::dial::connect;
use super::{Counters, Peer, Session, failed, rejected};
use crate::connection::{Settings, Target};
use crate::failure::{Failure, FailureKind};
use crate::trace::{Traces, Watchers};
use crate::virtual_meter::RunningMeter;

impl Session {
    /// Connects and associates.
    ///
    /// # Errors
    /// There is no way to the meter, or it does not want us.
    pub(super) fn open(mut settings: Settings) -> Result<Self, Failure> {
        let meter = match settings.target {
            Target::Demo => Some(start_demo(&mut settings)?),
            _ => None,
        };
        let traces = Traces::new(&settings)?;
        let expected = match settings.counter_obis.filter(|_| settings.config.ciphering.is_some()) {
            Some(name) => Some(read_counter(&settings, &traces, name)?),
            None => None,
        };
        let mut peer = connect(&settings, expected, traces.watchers(&settings)?)?;
        let negotiated = associate(&mut *peer, &settings)?;
        Ok(Self { peer, settings, negotiated, view: None, _meter: meter })
    }

    /// Associates over a connection that there is already; `watchers` see what goes over it.
    ///
    /// # Errors
    /// The meter does not want us.
    pub(crate) fn over(settings: Settings, stream: TcpStream, watchers: Watchers) -> Result<Self, Failure> {
        let (config, crypto) =
            (settings.config.clone(), settings.keys.provider(settings.config.saps.client)?);
        let (link, counters) = (dlms_wrapper::Stream::new(Role::Client), Counters::open(&settings, None)?);
        let client = Client::new(link, config, crypto, counters, Vec::new(), Vec::new())
            .with_short_names(NameTable::growing());
        let mut peer: Box<dyn Peer> = Box::new(Meter::new(stream, client));
        peer.observe(Box::new(watchers));
        let negotiated = associate(&mut *peer, &settings)?;
        Ok(Self { peer, settings, negotiated, view: None, _meter: None })
    }
}

/// Starts the built-in meter and says so: nobody shall take it for a real one.
fn start_demo(settings: &mut Settings) -> Result<RunningMeter, Failure> {
    let (meter, address) = RunningMeter::on_loopback(settings.suite)
        .map_err(|e| Failure::new(FailureKind::Link, format!("cannot start the built-in meter: {e}")))?;
    let (address, client) = (address.to_string(), settings.config.saps.client);
    let (auth, security) = (settings.auth.name(), settings.security.name());
    eprintln!("demo: the built-in meter at {address}, client {client}, auth {auth}, security {security}");
    settings.target = Target::Tcp(address);
    Ok(meter)
}

/// Asks, as the public client on a connection of its own, for the counter that the meter expects.
fn read_counter(settings: &Settings, traces: &Traces, name: ObisCode) -> Result<u32, Failure> {
    let settings = settings.public();
    let mut peer = connect(&settings, None, traces.watchers(&settings)?)?;
    let remark = format!(" (reading the invocation counter {name} as the public client)");
    let read = (|| {
        associate(&mut *peer, &settings)?;
        peer.get(AttributeDescriptor::new(1, name, 2), None).map_err(|error| failed("get", error))
    })();
    let value = read.map_err(|failure| failure.with_remark(&remark))?;
    let _ = peer.release();
    let counter = value.as_data().as_integer().and_then(|counter| u32::try_from(counter).ok());
    match counter.map(|counter| counter.checked_add(1)) {
        Some(Some(next)) => Ok(next),
        Some(None) => {
            Err(Failure::unsupported("the invocation counter is exhausted: the key must be replaced"))
        }
        None => Err(Failure::decode(format!("{name} is no invocation counter"))),
    }
}

/// Opens the association.
fn associate(peer: &mut dyn Peer, settings: &Settings) -> Result<Negotiated, Failure> {
    peer.set_habits(settings.habits);
    peer.associate().map_err(|error| {
        let is_behind = expected_counter(&error).is_some() && !settings.habits.counter_from_refusal;
        let failure = rejected(error);
        match is_behind {
            true => failure.with_remark(
                ": the counter that was kept is behind; --counter-obis asks the meter for its own",
            ),
            false => failure,
        }
    })
}

/// The counter that an invocation-counter-error names.
fn expected_counter(error: &Error) -> Option<u32> {
    match error {
        Error::Client(ClientError::Refused(Refusal::Exception(exception))) => match exception.service_error {
            ExceptionServiceError::InvocationCounterError(expected) => expected,
            _ => None,
        },
        _ => None,
    }
}
