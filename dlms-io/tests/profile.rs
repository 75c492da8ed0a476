//! Load profiles over a real socket: rows as they come, blocking and not.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use core::pin::pin;

use dlms::client::profile::{ReadingOptions, Row, TimeRange};
use dlms::client::{ClientConfig, ClientError, Limit, Misuse};
use dlms_core::apdu::{Conformance, DataAccessResult};
use dlms_core::data::{DateTime, Deviation};
use dlms_io::blocking::{self, Error};
use support::{
    BREAKER, CLOCK, ENERGY, LOAD_NAME, Level, ROWS, VOLTAGE, by_short_names, config, meter, poll_times,
    with_meter,
};

/// The time of row `number`.
fn at(number: i64) -> DateTime {
    DateTime::from_utc_seconds(1_700_000_000 + number * 3_600, Deviation(0))
}

fn numbers(rows: &[Row]) -> Vec<u32> {
    rows.iter().map(|row| u32::try_from(row.value(1).unwrap().as_integer().unwrap()).unwrap() / 7).collect()
}

/// Clients that may and may not ask for parts and lists.
fn configs() -> Vec<ClientConfig> {
    let whole = config(Level::None);
    let without = |service| ClientConfig { conformance: whole.conformance.without(service), ..whole.clone() };
    vec![
        config(Level::Hls),
        without(Conformance::SELECTIVE_ACCESS),
        without(Conformance::MULTIPLE_REFERENCES),
        without(Conformance::MULTIPLE_REFERENCES.union(Conformance::ACCESS)),
        by_short_names(Level::None),
        whole,
    ]
}

#[test]
fn rows_are_read_by_time_by_number_or_all_whatever_the_meter_offers() {
    for config in configs() {
        with_meter(config, |meter| {
            let mut profile = meter.profile(LOAD_NAME);
            let columns = profile.columns().unwrap();
            assert_eq!(columns.len(), 2);
            assert_eq!(columns[1].scaler_unit.unwrap().unit.symbol(), "Wh");
            let rows: Vec<_> = profile.rows(at(3)..=at(5)).map(Result::unwrap).collect();
            assert_eq!(numbers(&rows), [3, 4, 5]);
            assert_eq!(rows[0].timestamp().unwrap(), at(3));
            assert_eq!(rows[0].scaled(1).unwrap().to_string(), "21 Wh");
            assert_eq!(rows[0].number(1), Some(21.0));
            let rows: Vec<_> = profile.entries(10..=12).map(Result::unwrap).collect();
            assert_eq!(numbers(&rows), [9, 10, 11]);
            let all: Vec<_> = profile.all().map(Result::unwrap).collect();
            assert_eq!(numbers(&all), (0..ROWS).collect::<Vec<_>>());
            let mut narrow = meter.profile(LOAD_NAME).with_columns(2..=2);
            let rows: Vec<_> = narrow.rows(TimeRange::from(at(198)..)).map(Result::unwrap).collect();
            assert_eq!(rows.iter().map(|row| row.values().count()).collect::<Vec<_>>(), [1, 1]);
            assert_eq!(rows[1].timestamp(), Some(at(199)));
        });
    }
}

#[test]
fn a_layout_is_read_once_and_kept_by_the_caller() {
    with_meter(config(Level::None), |meter| {
        let trips = |meter: &blocking::TcpMeter<_, _>| meter.client().statistics().round_trips;
        let layout = meter.profile(LOAD_NAME).layout().unwrap();
        // A list of three attributes, and the meaning of one column.
        let before = trips(meter);
        assert_eq!(meter.profile(LOAD_NAME).with_layout(layout).entries(1..=2).count(), 2);
        assert_eq!(trips(meter), before + 1);
    });
}

#[test]
fn a_reading_that_is_dropped_or_refused_leaves_the_meter_as_it_was() {
    with_meter(config(Level::None), |meter| {
        let mut profile = meter.profile(LOAD_NAME);
        let first = profile.all().next().unwrap().unwrap();
        assert_eq!(first.timestamp(), Some(at(0)));
        let again: Vec<_> = profile.all().take(2).map(Result::unwrap).collect();
        assert_eq!(numbers(&again), [0, 1]);
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).unwrap(), 123_456);

        let options = ReadingOptions { max_rows: 20, ..ReadingOptions::default() };
        let mut rows = meter.profile(LOAD_NAME).with_options(options);
        let mut rows = rows.all();
        assert!(matches!(rows.next(), Some(Err(Error::Client(ClientError::Limit(Limit::Rows(20)))))));
        assert!(rows.next().is_none());
        let missing = meter.profile(obis::obis!("1-0:99.2.0.255")).columns();
        assert!(matches!(missing, Err(Error::Client(ClientError::Refused(_)))), "{missing:?}");
        let mut narrow = meter.profile(LOAD_NAME).with_columns(3..=4);
        let error = narrow.all().next().unwrap().unwrap_err();
        assert!(matches!(error, Error::Client(ClientError::Misuse(Misuse::NoSuchColumn { count: 2 }))));
        assert_eq!(meter.get(ENERGY.value().of::<u32>()).unwrap(), 123_456);
    });
}

#[test]
fn attributes_of_different_classes_are_read_in_the_fewest_requests() {
    let attributes = [
        ENERGY.value().descriptor(),
        VOLTAGE.scaler_unit().descriptor(),
        CLOCK.time_zone().descriptor(),
        // There is none.
        dlms_core::apdu::AttributeDescriptor::new(3, obis::obis!("1-0:9.8.0.255"), 2),
        BREAKER.control_mode().descriptor(),
    ];
    for config in configs() {
        let offered = config.conformance;
        let by_name = config.referencing == dlms::Referencing::LogicalName;
        with_meter(config, |meter| {
            let before = meter.client().statistics().round_trips;
            let answers = meter.read_all(attributes).unwrap();
            let trips = meter.client().statistics().round_trips - before;
            let values: Vec<_> = answers
                .iter()
                .map(|answer| answer.as_ref().map(|value| value.as_data().as_integer()))
                .collect();
            assert_eq!(values[0], Ok(Some(123_456)));
            assert!(answers[1].is_ok());
            assert_eq!(values[2], Ok(Some(-60)));
            assert_eq!(answers[3].as_ref().unwrap_err(), &DataAccessResult::ObjectUndefined);
            assert!(answers[4].is_ok());
            if by_name {
                let together =
                    [Conformance::MULTIPLE_REFERENCES, Conformance::ACCESS].map(|how| offered.contains(how));
                assert_eq!(trips, if together.contains(&true) { 1 } else { 5 });
            }
            // More than go in one list.
            let many = [attributes[0]; 150];
            assert!(meter.read_all(many).unwrap().iter().all(Result::is_ok));
            assert!(meter.read_all([]).unwrap().is_empty());
        });
    }
}

#[tokio::test]
async fn rows_come_one_by_one() {
    let mut meter = meter().await;
    let mut profile = meter.profile(LOAD_NAME);
    assert_eq!(profile.columns().await.unwrap().len(), 2);
    let mut rows = profile.rows(at(100)..=at(149));
    let mut count = 0;
    while let Some(row) = rows.next().await {
        assert_eq!(row.unwrap().timestamp(), Some(at(100 + count)));
        count += 1;
    }
    assert_eq!(count, 50);
    assert!(rows.next().await.is_none());
    let answers = meter.read_all([ENERGY.value().descriptor(), CLOCK.time_zone().descriptor()]).await;
    assert_eq!(answers.unwrap().iter().filter(|answer| answer.is_ok()).count(), 2);
}

#[tokio::test]
async fn no_row_is_lost_where_a_future_is_dropped() {
    let mut meter = meter().await;
    let mut profile = meter.profile(LOAD_NAME);
    profile.layout().await.unwrap();
    let mut rows = profile.all();
    let mut all = Vec::new();
    for _ in 0..10_000 {
        // Polled twice, then dropped, as in a select.
        let polled = poll_times(pin!(rows.next()), 2).await;
        match polled {
            None => tokio::time::sleep(core::time::Duration::from_millis(1)).await,
            Some(None) => break,
            Some(Some(row)) => all.push(row.unwrap()),
        }
    }
    assert_eq!(numbers(&all), (0..ROWS).collect::<Vec<_>>());
    let mut rows = profile.all();
    assert!(rows.next().await.unwrap().is_ok());
    assert_eq!(meter.get(ENERGY.value().of::<u32>()).await.unwrap(), 123_456);
}
