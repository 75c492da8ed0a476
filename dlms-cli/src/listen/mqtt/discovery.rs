use obis::ObisCode;
use serde_json::{Value, json};

use super::meter::{Meter, identifier};

/// How Home Assistant is told of a reading.
pub(super) struct Sensor {
    pub(super) topic: String,
    pub(super) config: Value,
}

/// The sensor of one code of a meter, whose values are told on `state_topic`.
pub(super) fn sensor(prefix: &str, meter: &Meter, state_topic: &str, obis: &str, reading: &Value) -> Sensor {
    let node = format!("{}_{}", identifier(prefix), meter.id);
    let code = identifier(obis);
    let described = obis.parse::<ObisCode>().map(|code| code.describe().to_string()).unwrap_or_default();
    let name = if described.is_empty() { obis.to_owned() } else { described };
    let mut config = json!({
        "name": name,
        "unique_id": format!("{node}_{code}"),
        "state_topic": state_topic,
        "value_template": format!("{{{{ value_json['{obis}'] }}}}"),
        "availability_topic": format!("{prefix}/status"),
        "device": {"identifiers": [node], "name": format!("Meter {}", meter.name)},
    });
    let unit = reading.get("unit").and_then(Value::as_str).filter(|_| reading.get("scaled").is_some());
    if let (Some(config), Some(unit)) = (config.as_object_mut(), unit) {
        if !unit.is_empty() {
            config.insert("unit_of_measurement".into(), home_unit(unit).into());
        }
        if let Some(class) = device_class(unit, obis) {
            config.insert("device_class".into(), class.into());
        }
        config.insert("state_class".into(), state_class(obis).into());
    }
    Sensor { topic: format!("homeassistant/sensor/{node}/{code}/config"), config }
}

/// The unit as Home Assistant spells it.
fn home_unit(unit: &str) -> &str {
    match unit {
        "m3" => "m³",
        "l" => "L",
        unit => unit,
    }
}

/// Home Assistant's word for the quantity. It has none for reactive energy that every version knows.
fn device_class(unit: &str, obis: &str) -> Option<&'static str> {
    Some(match unit {
        "W" | "kW" => "power",
        "Wh" | "kWh" | "MWh" | "J" | "MJ" | "GJ" => "energy",
        "V" => "voltage",
        "A" => "current",
        "VA" => "apparent_power",
        "var" => "reactive_power",
        "Hz" => "frequency",
        "°C" => "temperature",
        "m³" | "m3" | "l" | "L" => match obis.split(['-', ':']).next() {
            Some("7") => "gas",
            Some("8" | "9") => "water",
            _ => return None,
        },
        "m³/h" => "volume_flow_rate",
        "s" => "duration",
        "Pa" | "bar" => "pressure",
        _ => return None,
    })
}

/// Whether the value only grows, by group D of the code: time integral 1 is a register of a meter.
fn state_class(obis: &str) -> &'static str {
    match obis.parse::<ObisCode>().map(ObisCode::to_octets) {
        Ok([1, _, _, 8, ..]) => "total_increasing",
        Ok([7..=9, _, 1..=3, 0 | 1, ..]) => "total_increasing",
        _ => "measurement",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sensor_says_what_it_measures() {
        let meter = Meter { id: "12_3".into(), name: "12/3".into() };
        let reading =
            json!({"obis": "1-0:1.8.0.255", "value": {"double-long-unsigned": 5}, "unit": "Wh", "scaled": 5});
        let sensor = sensor("home", &meter, "home/12_3", "1-0:1.8.0.255", &reading);
        assert_eq!(sensor.topic, "homeassistant/sensor/home_12_3/1_0_1_8_0_255/config");
        assert_eq!(
            sensor.config,
            json!({
                "name": "active energy import, total",
                "unique_id": "home_12_3_1_0_1_8_0_255",
                "state_topic": "home/12_3",
                "value_template": "{{ value_json['1-0:1.8.0.255'] }}",
                "availability_topic": "home/status",
                "device": {"identifiers": ["home_12_3"], "name": "Meter 12/3"},
                "unit_of_measurement": "Wh",
                "device_class": "energy",
                "state_class": "total_increasing",
            })
        );
    }

    #[test]
    fn what_is_no_quantity_is_a_mere_sensor() {
        let meter = Meter { id: "1".into(), name: "1".into() };
        let reading = json!({"obis": "0-0:96.1.0.255", "value": {"visible-string": "1"}});
        let config = sensor("dlms", &meter, "dlms/1", "0-0:96.1.0.255", &reading).config;
        assert!(config.get("state_class").is_none() && config.get("unit_of_measurement").is_none());
        assert_eq!(state_class("1-0:32.7.0.255"), "measurement");
        assert_eq!(device_class("m³", "7-0:3.0.0.255"), Some("gas"));
    }
}
