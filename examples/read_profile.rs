//! Reads the last day of a load profile: rows by their times, as they come.
//!
//! `cargo run -p dlms-examples --example read_profile -- 127.0.0.1:4059`, with `cargo run --bin dlms -- meter` running.
#![allow(missing_docs, reason = "a program")]

use dlms::client::ClientConfig;
use dlms::client::profile::{TimeBound, TimeRange};
use dlms_io::blocking::connect_tcp;
use dlms_security::{GrowingKeys, InvocationCounters, RamCounters, SoftwareProvider};
use getrandom::SysRng;
use obis::obis;

const DAY: i64 = 86_400;

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:4059".to_owned());
    let crypto = SoftwareProvider::<_, GrowingKeys>::new(SysRng);
    let counters = InvocationCounters::new(RamCounters::<4>::new());
    let mut meter = connect_tcp(address, ClientConfig::new(16, 1), crypto, counters)?;
    meter.associate()?;

    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let yesterday = TimeBound::Utc(i64::try_from(now.as_secs())?.saturating_sub(DAY));
    let mut profile = meter.profile(obis!("1-0:99.1.0.255"));
    for column in profile.columns()? {
        println!("{} {}", column.object.logical_name, column.object.logical_name.describe());
    }
    // The layout is kept in the handle: what follows is one request for the clock, and one for the rows.
    for row in profile.rows(TimeRange { from: Some(yesterday), to: None }) {
        let row = row?;
        let time = row.timestamp().map(|time| time.to_string()).unwrap_or_default();
        let quantities = (0..row.columns().len()).filter_map(|column| row.scaled(column));
        println!("{time} {}", quantities.map(|quantity| quantity.to_string()).collect::<Vec<_>>().join("  "));
    }
    meter.close()?;
    Ok(())
}
