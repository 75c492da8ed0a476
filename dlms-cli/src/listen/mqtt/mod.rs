//! Handing readings over to an MQTT broker.

mod discovery;
mod meter;
mod url;

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::collections::HashSet;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Instant;

use rumqttc::{Client, Connection, Event, LastWill, MqttOptions, Packet, QoS};
use serde_json::{Map, Value, json};

use crate::failure::{Failure, FailureKind};
use meter::Meter;
pub(crate) use url::BrokerUrl;

/// How long the broker may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Messages that wait for the broker at most; what comes more is lost, and told.
const WAITING: usize = 1024;

/// A broker that readings are handed over to.
///
/// | topic | what |
/// |---|---|
/// | `PREFIX/status` | `online`, and `offline` once we are gone; kept |
/// | `PREFIX/METER` | the readings of a notification: an object of values by OBIS codes, with `time` where it came |
/// | `homeassistant/sensor/PREFIX_METER/CODE/config` | what a code is, for Home Assistant; kept, told once a run |
pub(super) struct Broker {
    client: Client,
    prefix: String,
    announced: HashSet<String>,
    /// Each message that the broker has taken.
    taken: Receiver<()>,
    waiting: usize,
}

impl Broker {
    /// Connects, and says that we are there.
    ///
    /// # Errors
    /// `link`: no broker answers, or it does not let us in.
    pub(super) fn connect(url: &BrokerUrl) -> Result<Self, Failure> {
        let id = format!("dlms-listen-{}", std::process::id());
        let mut options = MqttOptions::new(id, url.host.clone(), url.port);
        options.set_keep_alive(Duration::from_secs(30));
        if let Some((user, password)) = &url.credentials {
            options.set_credentials(user.clone(), password.as_str());
        }
        let status = format!("{}/status", url.prefix);
        options.set_last_will(LastWill::new(&status, "offline", QoS::AtLeastOnce, true));
        let (client, connection) = Client::new(options, WAITING);
        let (told, connected) = sync_channel(1);
        let (take, taken) = sync_channel(WAITING);
        let place = format!("{}:{}", url.host, url.port);
        let teller = place.clone();
        thread::spawn(move || {
            serve(connection, &teller, &|result| _ = told.try_send(result), &|| _ = take.try_send(()));
        });
        let failed = |why: String| Failure::new(FailureKind::Link, format!("MQTT broker {place}: {why}"));
        connected.recv_timeout(PATIENCE).map_err(|_| failed("no answer".into()))?.map_err(failed)?;
        let mut broker =
            Self { client, prefix: url.prefix.clone(), announced: HashSet::new(), taken, waiting: 0 };
        broker.send(&status, true, "online".into())?;
        Ok(broker)
    }

    /// Hands over what was read out of a telegram; one without readings is nothing to it.
    ///
    /// # Errors
    /// `link`: too many messages wait for the broker.
    pub(super) fn publish(&mut self, document: &Value) -> Result<(), Failure> {
        let Some(readings) = document.get("readings").and_then(Value::as_array) else { return Ok(()) };
        let meter = Meter::of(document);
        let topic = format!("{}/{}", self.prefix, meter.id);
        let mut state = Map::new();
        if let Some(time) = document.get("text") {
            state.insert("time".into(), time.clone());
        }
        for reading in readings {
            let (Some(obis), Some(value)) = (reading.get("obis").and_then(Value::as_str), state_of(reading))
            else {
                continue;
            };
            let sensor = discovery::sensor(&self.prefix, &meter, &topic, obis, reading);
            if !self.announced.contains(&sensor.topic) {
                self.send(&sensor.topic, true, sensor.config.to_string())?;
                self.announced.insert(sensor.topic);
            }
            state.insert(obis.into(), value);
        }
        self.send(&topic, false, Value::Object(state).to_string())
    }

    /// Waits until the broker has taken everything, but not for ever.
    pub(super) fn finish(&mut self) {
        let end = Instant::now() + PATIENCE;
        while self.waiting > 0 {
            let left = end.saturating_duration_since(Instant::now());
            if self.taken.recv_timeout(left).is_err() {
                eprintln!("{} message(s) were not taken by the MQTT broker", self.waiting);
                return;
            }
            self.waiting = self.waiting.saturating_sub(1);
        }
    }

    fn send(&mut self, topic: &str, retain: bool, message: String) -> Result<(), Failure> {
        while self.waiting > 0 && self.taken.try_recv().is_ok() {
            self.waiting = self.waiting.saturating_sub(1);
        }
        let lost = |error: rumqttc::ClientError| {
            Failure::new(FailureKind::Link, format!("not handed over to the MQTT broker: {error}"))
        };
        self.client.try_publish(topic, QoS::AtLeastOnce, retain, message).map_err(lost)?;
        self.waiting = self.waiting.saturating_add(1);
        Ok(())
    }
}

/// Keeps the connection up, and tells what the broker says.
fn serve(mut connection: Connection, place: &str, connected: &dyn Fn(Result<(), String>), taken: &dyn Fn()) {
    let up = AtomicBool::new(false);
    for event in connection.iter() {
        match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                up.store(true, Ordering::Relaxed);
                connected(Ok(()));
            }
            Ok(Event::Incoming(Packet::PubAck(_))) => taken(),
            Ok(_) => {}
            Err(error) => {
                connected(Err(error.to_string()));
                if up.swap(false, Ordering::Relaxed) {
                    eprintln!("MQTT broker {place}: {error}; trying again");
                }
                thread::sleep(Duration::from_secs(2));
            }
        }
    }
}

/// The state that a reading gives: its number, or its text.
fn state_of(reading: &Value) -> Option<Value> {
    if let Some(known) = reading.get("scaled").or_else(|| reading.get("text")) {
        return Some(known.clone());
    }
    let (kind, value) = reading.get("value")?.as_object()?.iter().next()?;
    match (kind.as_str(), value) {
        ("octet-string", Value::String(hex)) => {
            Some(json!(meter::text_of(hex).unwrap_or_else(|| hex.clone())))
        }
        (_, Value::Array(_) | Value::Object(_) | Value::Null) => None,
        (_, value) => Some(value.clone()),
    }
}
