//! How meters want to be talked to, as data: what a recipe says is what goes over the line.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use dlms::client::{ClientConfig, ClientError};
use dlms::{Authentication, Referencing, Secret};
use dlms_core::acse::MechanismName;
use dlms_core::apdu::Conformance;
use dlms_hdlc::{AddressSize, FrameKind, Parameters};
use dlms_io::blocking::{Error, Server, connect_hdlc_tcp, connect_tcp};
use dlms_io::recipe::{ConnectionRecipe, Credentials, RecipeError};
use dlms_io::{Habits, Observer};
use dlms_security::{CounterId, Protection, ServiceCiphering, SystemTitle};
use support::{ENERGY, LOAD_NAME, Level, ROWS, VOLTAGE, config, counters, devices, provider, with_meter};

fn recipe(toml: &str) -> ConnectionRecipe {
    toml::from_str(toml).unwrap()
}

fn credentials() -> Credentials {
    Credentials {
        password: Secret::new(b"open sesame"),
        system_title: Some(SystemTitle(*b"CLI\0\0\0\0\x01")),
    }
}

fn client(toml: &str) -> ClientConfig {
    recipe(toml).client_config(&credentials()).unwrap()
}

/// `config` as the recipe says.
fn changed(mut config: ClientConfig, toml: &str) -> ClientConfig {
    recipe(toml).apply(&mut config).unwrap();
    config
}

#[test]
fn every_recipe_that_is_shipped_can_be_used() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/recipes");
    let mut count = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let recipe = recipe(&std::fs::read_to_string(&path).unwrap());
        assert!(recipe.about.is_some(), "{}", path.display());
        recipe.client_config(&credentials()).unwrap();
        recipe.public_config().unwrap();
        recipe.hdlc_settings().unwrap();
        // JSON says the same.
        let json = serde_json::to_string(&recipe).unwrap();
        assert_eq!(serde_json::from_str::<ConnectionRecipe>(&json).unwrap(), recipe);
        count += 1;
    }
    assert_eq!(count, 8);
}

#[test]
fn nothing_said_is_as_it_is_everywhere() {
    let nothing = ConnectionRecipe::default();
    let config = nothing.client_config(&Credentials::default()).unwrap();
    assert_eq!(format!("{config:?}"), format!("{:?}", ClientConfig::new(16, 1)));
    assert_eq!(nothing.hdlc_settings().unwrap(), dlms_hdlc::PrimarySettings::DEFAULT);
    assert_eq!(nothing.habits(), Habits::default());
}

#[test]
fn whom_and_how_a_client_asks() {
    let config = client(
        "response-time-out = 9000\n[association]\nclient = 32\nserver = 2\nreferencing = 'sn'\nmechanism = 'lls'\n\
         user = 7\npdu-size = 512\nrequest-size = 128\ngeneral-blocks = 4\ninvoke-by-write = true\nrelease = false\n\
         silent-agreement = true\nwithout = ['access', 'multiple-references']",
    );
    assert_eq!((config.saps.client, config.saps.server), (32, 2));
    assert_eq!(config.referencing, Referencing::ShortName);
    assert!(matches!(config.authentication, Authentication::Lls(_)));
    assert_eq!((config.user_id, config.block_window), (Some(7), 4));
    assert_eq!((config.max_receive_pdu_size, config.max_send_pdu_size), (512, 128));
    assert!(config.invoke_by_write && !config.release_request && config.silent_agreement);
    assert_eq!(config.response_time_out, 9_000);
    assert!(config.conformance.contains(Conformance::GENERAL_BLOCK_TRANSFER));
    assert!(!config.conformance.contains(Conformance::ACCESS));
    assert!(!config.conformance.contains(Conformance::MULTIPLE_REFERENCES));
    let config = client("[objects]\naccess-items = 5\nselective-access = false");
    assert_eq!(config.access_items, 5);
    assert!(!config.conformance.contains(Conformance::SELECTIVE_ACCESS));
}

#[test]
fn what_a_client_ciphers() {
    let config = client(
        "[association]\nmechanism = 'hls-gmac'\n[security]\nprotection = 'auth'\nform = 'general-ded'\n\
         server-system-title = '4D41430000000001'",
    );
    assert!(matches!(config.authentication, Authentication::Hls(MechanismName::HlsGmac)));
    let ciphering = config.ciphering.unwrap();
    assert_eq!(ciphering.protection, Protection::AUTHENTICATED);
    assert_eq!((ciphering.form, ciphering.context), (ServiceCiphering::GeneralDedicated, true));
    assert_eq!(ciphering.server_title, Some(SystemTitle([0x4d, 0x41, 0x43, 0, 0, 0, 0, 1])));
    let keys_alone = client("[association]\nmechanism = 'hls-gmac'").ciphering.unwrap();
    assert!(!keys_alone.context && keys_alone.protection == Protection::NONE);

    let by_public = recipe(
        "[association]\nserver = 3\nmechanism = 'hls-gmac'\n[security]\nprotection = 'auth-enc'\n\
         counter-object = '0-0:43.1.0.255'\ncounter-client = 17\ncounter-from-refusal = true",
    );
    let public = by_public.public_config().unwrap();
    assert_eq!((public.saps.client, public.saps.server), (17, 3));
    assert!(public.ciphering.is_none() && matches!(public.authentication, Authentication::None));
    assert_eq!(by_public.security.counter_object, Some(obis::obis!("0-0:43.1.0.255")));
    assert!(by_public.habits().counter_from_refusal);
}

#[test]
fn what_the_data_link_is_like() {
    let link = |toml: &str| recipe(&format!("[hdlc]\n{toml}")).hdlc_settings();
    let settings = link(
        "physical = 17\nframe-size = 128\nwindow = 3\nturnaround = 30\ninter-octet-time-out = 400\n\
         two-octet-lengths = true\none-octet-windows = true\nomit-defaults = false\nalways-connected = true\n\
         disconnect-first = true\ntolerate-header-checks = true\nlengths-of-frames = true",
    )
    .unwrap();
    assert_eq!((settings.address_size, settings.device_address), (AddressSize::Two, 17));
    assert_eq!(settings.parameters, Parameters::symmetric(128, 3));
    assert_eq!((settings.turnaround, settings.inter_octet_time_out), (30, 400));
    let form = settings.parameter_form;
    assert!(form.two_octet_lengths && form.one_octet_windows && !form.omit_defaults);
    let quirks = settings.quirks;
    assert!(quirks.always_connected && quirks.disconnect_first);
    assert!(quirks.tolerate_header_checks && quirks.lengths_of_frames);
    for (size, expected) in [(1, AddressSize::One), (2, AddressSize::Two), (4, AddressSize::Four)] {
        assert_eq!(link(&format!("address-size = {size}")).unwrap().address_size, expected);
    }
    assert_eq!(link("physical = 1234").unwrap().address_size, AddressSize::Four);
    for wrong in [
        "address-size = 3",
        "address-size = 1\nphysical = 17",
        "address-size = 2\nphysical = 200",
        "physical = 20000",
        "frame-size = 31",
        "frame-size = 2031",
        "window = 0",
        "window = 8",
    ] {
        assert!(matches!(link(wrong), Err(RecipeError::OutOfRange { .. })), "{wrong}");
    }
    let patient = recipe("response-time-out = 700\nretries = 9").hdlc_settings().unwrap();
    assert_eq!((patient.response_time_out, patient.retries), (700, 9));
}

#[test]
fn what_is_wrong_is_named() {
    let error = |toml: &str, credentials: &Credentials| recipe(toml).client_config(credentials).unwrap_err();
    let nobody = Credentials::default();
    assert_eq!(error("[association]\nmechanism = 'lls'", &nobody), RecipeError::NeedsPassword);
    assert_eq!(error("[security]\nprotection = 'enc'", &nobody), RecipeError::NeedsSystemTitle);
    assert_eq!(error("[association]\nwithout = ['bread']", &nobody), RecipeError::NoService("bread".into()));
    assert!(error("[association]\ngeneral-blocks = 64", &nobody).to_string().contains("1 to 63"));
    assert!(
        error("[security]\nserver-system-title = '+D41430000000001'", &nobody).to_string().contains("16")
    );
    for unknown in ["colour = 'red'", "[association]\nmechanism = 'charm'", "[hdlc]\nwindow = 'wide'"] {
        assert!(toml::from_str::<ConnectionRecipe>(unknown).is_err(), "{unknown}");
    }
}

/// The frames of HDLC that a client sends to nobody.
fn frames(toml: &str) -> Vec<(FrameKind, Vec<u8>)> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let recipe = recipe(&format!("response-time-out = 50\nretries = 0\n{toml}"));
    let settings = recipe.hdlc_settings().unwrap();
    let config = recipe.client_config(&credentials()).unwrap();
    let address = listener.local_addr().unwrap();
    let mut meter = connect_hdlc_tcp(address, settings, config, provider(), counters()).unwrap();
    meter.associate().unwrap_err();
    drop(meter);
    let mut sent = Vec::new();
    listener.accept().unwrap().0.read_to_end(&mut sent).unwrap();
    dlms_hdlc::frames(&sent)
        .map(|located| {
            let frame = located.frame.unwrap();
            (frame.control().kind, frame.information().to_vec())
        })
        .collect()
}

#[test]
fn links_are_opened_as_meters_want_it() {
    let kinds = |toml: &str| frames(toml).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    assert_eq!(kinds(""), [FrameKind::Snrm]);
    assert_eq!(kinds("[hdlc]\ndisconnect-first = true"), [FrameKind::Disc, FrameKind::Snrm]);
    assert!(matches!(kinds("[hdlc]\nalways-connected = true")[..], [FrameKind::I { .. }]));
    let plain = include_str!("../recipes/plain-snrm.toml");
    assert_eq!(frames(plain), [(FrameKind::Snrm, Vec::new())]);
    let (wide, narrow) =
        (&frames("[hdlc]\nwindow = 2")[0].1, &frames("[hdlc]\nwindow = 2\none-octet-windows = true")[0].1);
    assert_eq!(wide[wide.len() - 6..], [8, 4, 0, 0, 0, 2]);
    assert_eq!(narrow[narrow.len() - 3..], [8, 1, 2]);
}

/// All that was sent.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<Vec<u8>>>>);

impl Observer for Sent {
    fn sent(&mut self, octets: &[u8]) {
        self.0.lock().unwrap().push(octets.to_vec());
    }
    fn received(&mut self, _: &[u8]) {}
}

impl Sent {
    /// The tags of the APDUs, and the longest of them.
    fn apdus(&self) -> (Vec<u8>, usize) {
        let sent = self.0.lock().unwrap();
        (sent.iter().map(|unit| unit[8]).collect(), sent.iter().map(|unit| unit.len() - 8).max().unwrap())
    }
}

#[test]
fn a_meter_without_rlrq_is_just_left() {
    for (toml, released) in [("", true), ("[association]\nrelease = false", false)] {
        with_meter(changed(config(Level::None), toml), |meter| {
            let sent = Sent::default();
            meter.observe(sent.clone());
            meter.release().unwrap();
            assert_eq!(sent.0.lock().unwrap().iter().any(|unit| unit[8] == 0x62), released);
        });
    }
}

#[test]
fn requests_are_as_short_as_the_meter_takes_them() {
    with_meter(changed(config(Level::Hls), "[association]\nrequest-size = 100"), |meter| {
        let sent = Sent::default();
        meter.observe(sent.clone());
        let answers = meter.read_all([ENERGY.value().descriptor(); 30]).unwrap();
        assert!(answers.iter().all(Result::is_ok));
        let (tags, longest) = sent.apdus();
        assert!(longest <= 100 && tags.len() > 3, "{longest} octets in {} requests", tags.len());
    });
}

#[test]
fn lists_and_parts_are_asked_for_where_a_meter_takes_them() {
    let one_by_one = include_str!("../recipes/one-by-one.toml");
    with_meter(changed(config(Level::None), &format!("{one_by_one}\naccess-items = 1")), |meter| {
        meter.set_habits(recipe(one_by_one).habits());
        assert!(!meter.client().negotiated().unwrap().conformance.contains(Conformance::MULTIPLE_REFERENCES));
        assert_eq!(meter.profile(LOAD_NAME).entries(5..=7).count(), 3);
        assert_eq!(meter.profile(LOAD_NAME).all().count(), ROWS as usize);
    });
    let short = "[objects]\nlist-items = 2";
    with_meter(changed(config(Level::None), short), |meter| {
        meter.set_habits(recipe(short).habits());
        let before = meter.client().statistics().round_trips;
        meter.read_all([VOLTAGE.value().descriptor(); 5]).unwrap();
        assert_eq!(meter.client().statistics().round_trips - before, 3);
    });
}

/// A server, and what is done with clients of it.
fn with_server(work: impl FnOnce(SocketAddr)) {
    let server = Server::bind("127.0.0.1:0", devices()).unwrap();
    let (address, stopper) = (server.local_addr(), server.stopper());
    let serving = thread::spawn(move || server.run(|_, _| {}));
    work(address);
    stopper.stop();
    serving.join().unwrap();
}

const UNICAST: CounterId = CounterId { setup: 0, broadcast: false };

#[test]
fn a_counter_that_is_behind_is_taken_from_the_refusal_where_that_is_allowed() {
    with_server(|address| {
        let config = config(Level::Hls);
        let mut ahead = counters();
        ahead.raise(UNICAST, 5_000).unwrap();
        let mut meter = connect_tcp(address, config.clone(), provider(), ahead).unwrap();
        meter.associate().unwrap();
        meter.close().unwrap();
        let mut behind = connect_tcp(address, config.clone(), provider(), counters()).unwrap();
        let refused = behind.associate().unwrap_err();
        assert!(matches!(refused, Error::Client(ClientError::Refused(_))), "{refused:?}");
        let mut behind = connect_tcp(address, config, provider(), counters()).unwrap();
        behind.set_habits(recipe("[security]\ncounter-from-refusal = true").habits());
        behind.associate().unwrap();
        assert!(behind.client_mut().counters_mut().peek(UNICAST).unwrap() > 5_000);
    });
}

#[test]
fn a_meter_that_needs_a_moment_gets_it_once() {
    with_server(|address| {
        let mut meter = connect_tcp(address, config(Level::None), provider(), counters()).unwrap();
        meter.set_habits(recipe("start-delay = 150").habits());
        let begin = Instant::now();
        meter.associate().unwrap();
        assert!(begin.elapsed() >= Duration::from_millis(150));
        meter.release().unwrap();
        let begin = Instant::now();
        meter.associate().unwrap();
        assert!(begin.elapsed() < Duration::from_millis(150));
    });
}

/// A meter that accepts without saying what was agreed.
fn silent() -> SocketAddr {
    const AARE: [u8; 25] = [
        0x61, 0x17, 0xa1, 9, 6, 7, 0x60, 0x85, 0x74, 5, 8, 1, 1, 0xa2, 3, 2, 1, 0, 0xa3, 5, 0xa1, 3, 2, 1, 0,
    ];
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut client, _): (TcpStream, _) = listener.accept().unwrap();
        let mut request = [0; 512];
        while client.read(&mut request).is_ok_and(|read| read > 0) {
            client.write_all(&[&[0, 1, 0, 1, 0, 16, 0, 25], &AARE[..]].concat()).unwrap();
        }
    });
    address
}

#[test]
fn an_agreement_that_is_not_told_is_what_was_proposed_where_that_is_allowed() {
    let associate = |toml| {
        let mut meter = connect_tcp(silent(), client(toml), provider(), counters()).unwrap();
        meter.associate()
    };
    let error = associate("").unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Misbehaviour(_))), "{error:?}");
    let agreed = associate("[association]\nsilent-agreement = true").unwrap();
    assert!(agreed.conformance.contains(Conformance::GET | Conformance::SET));
    assert_eq!(agreed.server_max_receive_pdu_size, 0);
    // What is ciphered is not agreed to in silence.
    let error = associate("[association]\nsilent-agreement = true\n[security]\nprotection = 'auth-enc'");
    assert!(matches!(error, Err(Error::Client(ClientError::Misbehaviour(_)))), "{error:?}");
}
