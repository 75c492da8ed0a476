//! Security setup over a real socket: policy, keys and certificates, and what is tried against them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use core::net::SocketAddr;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use cosem_classes::model::{AccessMode, AccessRights, ClassInfo, ObjectList, ReadOnly, Unrestricted};
use cosem_classes::security_setup::v1::{
    self, ByEntityView, BySerialView, CertificateEntity, CertificateIdentificationView, CertificateType,
};
use cosem_classes::security_setup::{KeyDataView, SecurityKeyId};
use dlms::Authentication;
use dlms::client::{Ciphering, Client, ClientConfig, ClientError, Refusal};
use dlms::server::{AssociationConfig, Device, DeviceConfig, Event, LogicalNamesOnly};
use dlms_core::acse::MechanismName;
use dlms_core::apdu::{ActionResult, AttributeDescriptor, MethodDescriptor};
use dlms_core::codec::{Encode, Writer};
use dlms_core::crypto::{CryptoProvider, KeyId, KeyKind, Part, SecuritySuite};
use dlms_core::data::{Octets, tag};
use dlms_io::Observer;
use dlms_io::blocking::{self, Error, Meter, Server, Stopper, connect_tcp};
use dlms_security::certificate::{
    Certificate, CertificateRequest, CertificateStore, Entity, GrowingCertificates, Purpose,
    StoredCertificate, UnixTime,
};
use dlms_security::{
    AlgorithmIds, GrowingKeys, InvocationCounters, Protection, PublicKey, RamCounters, SecurityError,
    SecurityPolicy, SoftwareProvider, SystemTitle,
};
use getrandom::SysRng;
use obis::{ObisCode, obis};

const SETUP: ObisCode = obis!("0-0:43.0.0.255");
const METER: SystemTitle = SystemTitle(*b"MAC\0\0\0\0\x01");
const CLIENT: SystemTitle = SystemTitle(*b"CLIENT01");
/// The management client, and one that may read only.
const MANAGER: u16 = 1;
const READER: u16 = 2;

type Provider = SoftwareProvider<SysRng, GrowingKeys>;
type TestDevice =
    Device<'static, ObjectList, Provider, RamCounters, Rights, 4, 64, LogicalNamesOnly, GrowingCertificates>;
type TcpMeter = blocking::TcpMeter<Provider, RamCounters>;

struct Rights;
impl AccessRights for Rights {
    fn attribute(&self, client: u16, class: &ClassInfo, attribute: &AttributeDescriptor) -> AccessMode {
        ReadOnly.attribute(client, class, attribute)
    }
    fn method(&self, client: u16, class: &ClassInfo, method: &MethodDescriptor) -> AccessMode {
        match (class.id, client) {
            (15, _) | (_, MANAGER) => Unrestricted.method(client, class, method),
            _ => AccessMode::NONE,
        }
    }
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/certificates").join(name))
        .unwrap()
}

fn der(name: &str) -> Vec<u8> {
    file(&format!("{name}.der"))
}

/// The octets of a private key in PEM, PKCS #8.
fn private(name: &str, suite: SecuritySuite) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let pem = String::from_utf8(file(&format!("{name}.key"))).unwrap();
    let digits = pem.lines().filter(|line| !line.starts_with('-')).flat_map(str::bytes);
    let (mut octets, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for digit in digits.filter(|digit| *digit != b'=') {
        bits = bits << 6 | u32::try_from(DIGITS.iter().position(|d| *d == digit).unwrap()).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            octets.push((bits >> count & 0xff) as u8);
        }
    }
    // An OCTET STRING of the curve's length, the first in ECPrivateKey.
    let len = suite.coordinate_len();
    let header = [2, 1, 1, 4, u8::try_from(len).unwrap()];
    let at = octets.windows(5).position(|window| window == header).unwrap() + 5;
    octets[at..at + len].to_vec()
}

const fn name(kind: KeyKind) -> KeyId {
    KeyId { setup: 0, kind }
}

const GUEK: KeyId = name(KeyKind::GlobalUnicastEncryption);
const GBEK: KeyId = name(KeyKind::GlobalBroadcastEncryption);

fn key(suite: SecuritySuite, first: u8) -> Vec<u8> {
    (first..).take(suite.key_len()).collect()
}

/// A provider with the keys of both sides, and the one private key for signatures.
fn provider(suite: SecuritySuite, signing: &str) -> Provider {
    let mut provider = Provider::new(SysRng);
    for (kind, first) in [
        (KeyKind::GlobalUnicastEncryption, 0),
        (KeyKind::GlobalBroadcastEncryption, 0x40),
        (KeyKind::Authentication, 0x80),
        (KeyKind::KeyEncryption, 0xc0),
    ] {
        provider.set_key(name(kind), &key(suite, first)).unwrap();
    }
    let signing = private(&format!("suite{}-{signing}", suite.id()), suite);
    provider.set_key(name(KeyKind::Signing), &signing).unwrap();
    provider
}

/// 2024-01-01.
fn clock() -> Option<UnixTime> {
    Some(UnixTime(1_704_067_200))
}

/// A meter that trusts the root of its suite, and knows the management client's certificate for signatures.
struct Running {
    suite: SecuritySuite,
    address: SocketAddr,
    devices: Arc<Mutex<Vec<TestDevice>>>,
    log: Arc<Mutex<Vec<Event>>>,
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn new(suite: SecuritySuite) -> Self {
        let mut certificates = GrowingCertificates::new(clock);
        certificates.trust(&der(&format!("suite{}-root", suite.id()))).unwrap();
        for (file, entity, purpose) in
            [("sub", Entity::Authority, None), ("client-sign", Entity::Client, Some(Purpose::Signing))]
        {
            let der = der(&format!("suite{}-{file}", suite.id()));
            certificates.insert(StoredCertificate { entity, purpose, anchor: false, der: &der }).unwrap();
        }
        let config = DeviceConfig { suite, ..DeviceConfig::new(b"MAC0000000000001", METER) };
        let mut device = Device::<_, _, _, _, 4, 64>::new(
            config,
            ObjectList::new(),
            Rights,
            provider(suite, "meter-sign"),
            InvocationCounters::new(RamCounters::<4>::new()),
        )
        .with_certificates(certificates);
        for client in [MANAGER, READER] {
            let gmac = Authentication::Hls(MechanismName::HlsGmac);
            assert!(device.offer(AssociationConfig::new(client, gmac)).is_ok());
        }
        let devices = Arc::new(Mutex::new(vec![device]));
        let server = Server::bind("127.0.0.1:0", Arc::clone(&devices)).unwrap();
        let (address, stopper, log) = (server.local_addr(), server.stopper(), Arc::default());
        let audit = Arc::<Mutex<Vec<Event>>>::clone(&log);
        let thread = std::thread::spawn(move || server.run(|_, event| audit.lock().unwrap().push(event)));
        Self { suite, address, devices, log, stopper, thread: Some(thread) }
    }

    fn config(&self, client: u16) -> ClientConfig {
        let mut config = ClientConfig::new(client, 1);
        config.authentication = Authentication::Hls(MechanismName::HlsGmac);
        config.ciphering = Some(Ciphering {
            suite: self.suite,
            protection: Protection::AUTHENTICATED_ENCRYPTED,
            ..Ciphering::new(CLIENT)
        });
        config
    }

    fn connect_with(&self, client: u16, provider: Provider) -> TcpMeter {
        let counters = InvocationCounters::new(RamCounters::<4>::new());
        connect_tcp(self.address, self.config(client), provider, counters).unwrap()
    }

    /// The client, associated; its counters begin above those that were used.
    fn associate(&self, client: u16) -> TcpMeter {
        let mut meter = self.connect_with(client, provider(self.suite, "client-sign"));
        let highest = self.devices.lock().unwrap()[0].replay.highest(GUEK).unwrap_or(0);
        let id = dlms_security::CounterId { setup: 0, broadcast: false };
        meter.client_mut().counters_mut().raise(id, highest + 1).unwrap();
        meter.associate().unwrap();
        meter
    }

    fn device<T>(&self, look: impl FnOnce(&mut TestDevice) -> T) -> T {
        look(&mut self.devices.lock().unwrap()[0])
    }

    /// What the meter's keys are, without showing them.
    fn marks(&self) -> Vec<[u8; 12]> {
        let suite = self.suite;
        self.device(|device| {
            let aad = [Part::Key(name(KeyKind::Authentication))];
            let of = |device: &mut TestDevice, key| device.crypto.seal(suite, key, &[9; 12], &aad, &mut []);
            let mut marks = vec![of(device, GUEK).unwrap(), of(device, GBEK).unwrap()];
            let mut wrapped = [0; 40];
            device.crypto.wrap_key(name(KeyKind::KeyEncryption), GUEK, &mut wrapped).unwrap();
            marks.push(wrapped[..12].try_into().unwrap());
            marks
        })
    }

    /// Whether any key is left over from an agreement.
    fn has_leftovers(&self) -> bool {
        let kinds: [fn(u16) -> KeyKind; 3] = [KeyKind::Session, KeyKind::Ephemeral, KeyKind::Dedicated];
        let all = kinds.iter().flat_map(|kind| (0..8).map(|slot| name(kind(slot)))).collect::<Vec<_>>();
        self.device(|device| all.iter().any(|key| device.crypto.has_key(*key)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopper.stop();
        self.thread.take().unwrap().join().unwrap();
    }
}

fn refused(result: Result<(), Error>) -> ActionResult {
    match result {
        Err(Error::Client(ClientError::Refused(Refusal::Action(result)))) => result,
        other => panic!("not refused: {other:?}"),
    }
}

/// Reads something ciphered.
fn works(meter: &mut TcpMeter) -> bool {
    meter.get(v1::SecuritySetup::at(SETUP).security_suite()).is_ok()
}

const SUITES: [SecuritySuite; 2] = [SecuritySuite::Suite1, SecuritySuite::Suite2];
const ALL: [SecurityKeyId; 4] = [
    SecurityKeyId::GlobalUnicastEncryptionKey,
    SecurityKeyId::GlobalBroadcastEncryptionKey,
    SecurityKeyId::AuthenticationKey,
    SecurityKeyId::MasterKey,
];

#[test]
fn a_policy_is_strengthened_and_never_weakened() {
    let running = Running::new(SecuritySuite::Suite1);
    let mut meter = running.associate(MANAGER);
    let policy = |bits| SecurityPolicy::from_v1(bits).unwrap();
    let mut security = meter.security_setup(SETUP);
    for bits in [0x04, 0x24, 0x6c] {
        security.activate(policy(bits)).unwrap();
        assert_eq!(running.device(|device| device.policy()), policy(bits));
    }
    for bits in [0, 0x24, 0x68, 0x2c] {
        assert_eq!(refused(security.activate(policy(bits))), ActionResult::ReadWriteDenied, "{bits:#x}");
        assert_eq!(running.device(|device| device.policy()), policy(0x6c));
    }
    let object = v1::SecuritySetup::at(SETUP);
    assert_eq!(meter.get(object.security_policy()).unwrap(), v1::SecurityPolicy(0x6c));
    assert_eq!(meter.get(object.server_system_title()).unwrap(), Octets(&METER.0));
    assert_eq!(meter.get(object.client_system_title()).unwrap(), Octets(&CLIENT.0));
}

#[test]
fn a_policy_holds_for_the_next_message() {
    let running = Running::new(SecuritySuite::Suite1);
    let mut config = running.config(MANAGER);
    config.ciphering.as_mut().unwrap().protection = Protection::NONE;
    config.ciphering.as_mut().unwrap().context = false;
    let counters = InvocationCounters::new(RamCounters::<4>::new());
    let mut plain =
        connect_tcp(running.address, config, provider(running.suite, "client-sign"), counters).unwrap();
    plain.associate().unwrap();
    assert!(plain.get(v1::SecuritySetup::at(SETUP).security_suite()).is_ok());
    running
        .associate(MANAGER)
        .security_setup(SETUP)
        .activate(SecurityPolicy::from_v1(0x6c).unwrap())
        .unwrap();
    assert!(plain.get(v1::SecuritySetup::at(SETUP).security_suite()).is_err());
}

#[test]
fn a_client_without_the_right_changes_nothing() {
    let running = Running::new(SecuritySuite::Suite1);
    let before = running.marks();
    let mut reader = running.associate(READER);
    let mut security = reader.security_setup(SETUP);
    let new = key(running.suite, 0x11);
    let denied = [
        security.activate(SecurityPolicy::from_v1(0x6c).unwrap()),
        security.transfer_keys(&[(ALL[0], &new)]),
        security.agree_keys(&ALL[..1], AlgorithmIds::Encoded, &meter_key(running.suite)),
        security.generate_key_pair(Purpose::Signing),
        security.certificate_request(Purpose::Signing).map(|_| ()),
        security.import_certificate(&der("suite1-client-agree")),
        security.remove_certificate(&by_entity(
            CertificateEntity::Client,
            CertificateType::DigitalSignature,
            &CLIENT,
        )),
    ];
    for denied in denied {
        assert_eq!(refused(denied), ActionResult::ReadWriteDenied);
    }
    assert_eq!(running.marks(), before);
    assert_eq!(running.device(|device| device.policy()), SecurityPolicy::default());
    assert_eq!(running.device(|device| (0..).map_while(|at| device.certificates.at(at)).count()), 3);
    assert!(works(&mut reader) && !running.has_leftovers());
}

/// The meter's public key for signatures.
fn meter_key(suite: SecuritySuite) -> PublicKey {
    *Certificate::from_der(&der(&format!("suite{}-meter-sign", suite.id()))).unwrap().public_key()
}

#[test]
fn transferred_keys_hold_from_the_next_message_on() {
    for suite in SUITES {
        let running = Running::new(suite);
        let mut meter = running.associate(MANAGER);
        for first in [0x11, 0x55] {
            let before = running.marks();
            let keys: Vec<_> = ALL.iter().zip(first..).map(|(id, first)| (*id, key(suite, first))).collect();
            let keys: Vec<_> = keys.iter().map(|(id, key)| (*id, key.as_slice())).collect();
            meter.security_setup(SETUP).transfer_keys(&keys).unwrap();
            assert!(running.marks().iter().zip(&before).all(|(now, before)| now != before));
            // The counters of both sides begin again with the key.
            assert_eq!(running.device(|device| device.replay.highest(GUEK)), None);
            assert!(works(&mut meter));
            assert_eq!(running.device(|device| device.replay.highest(GUEK)), Some(1));
        }
        let mut old = running.connect_with(MANAGER, provider(suite, "client-sign"));
        assert!(old.associate().is_err());
        assert!(works(&mut meter) && !running.has_leftovers());
    }
}

#[test]
fn a_transfer_with_one_bad_key_changes_nothing() {
    let running = Running::new(SecuritySuite::Suite1);
    let mut meter = running.associate(MANAGER);
    let (before, method) = (running.marks(), v1::SecuritySetup::at(SETUP).key_transfer().descriptor());
    let crypto = meter.client_mut().crypto_mut();
    let mut good = [0; 24];
    let new = crypto.install_dedicated(&key(SecuritySuite::Suite1, 0x11)).unwrap();
    crypto.wrap_key(name(KeyKind::KeyEncryption), new, &mut good).unwrap();
    let mut changed = good;
    changed[23] ^= 1;
    let [unicast, broadcast, ..] = ALL;
    for second in [
        (broadcast, &changed[..]),
        (broadcast, &good[..16]),
        (broadcast, &[]),
        (SecurityKeyId::from_code(9), &good),
        // Twice the same key: which would hold?
        (unicast, &good),
    ] {
        for keys in [[(unicast, &good[..]), second], [second, (unicast, &good[..])]] {
            let parameter = Keys(&keys);
            assert!(meter.invoke_any(method, &parameter).is_err(), "{second:?}");
            assert_eq!(running.marks(), before, "{second:?}");
            assert!(works(&mut meter));
        }
    }
    meter.invoke_any(method, &Keys(&[(broadcast, &good[..])])).unwrap();
    assert_ne!(running.marks()[1], before[1]);
}

struct Keys<'a>(&'a [(SecurityKeyId, &'a [u8])]);

impl Encode for Keys<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::ARRAY);
        w.length(self.0.len());
        for (key_id, key) in self.0 {
            KeyDataView { key_id: *key_id, key_wrapped: Octets(key) }.encode(w);
        }
    }
}

/// Keeps the last thing sent.
#[derive(Clone, Default)]
struct Last(Arc<Mutex<Vec<u8>>>);

impl Observer for Last {
    fn sent(&mut self, octets: &[u8]) {
        *self.0.lock().unwrap() = octets.to_vec();
    }
    fn received(&mut self, _: &[u8]) {}
}

#[test]
fn a_replayed_transfer_is_refused() {
    for (id, replayed) in [(ALL[0], false), (ALL[1], true)] {
        let running = Running::new(SecuritySuite::Suite1);
        let stream = TcpStream::connect(running.address).unwrap();
        let mut raw = stream.try_clone().unwrap();
        let link = dlms_wrapper::Stream::new(dlms_wrapper::Role::Client);
        let crypto = provider(running.suite, "client-sign");
        let counters = InvocationCounters::new(RamCounters::<4>::new());
        let client = Client::new(link, running.config(MANAGER), crypto, counters, Vec::new(), Vec::new());
        let (mut meter, last) = (Meter::new(stream, client), Last::default());
        meter.observe(last.clone());
        meter.associate().unwrap();
        let new = key(running.suite, 0x11);
        meter.security_setup(SETUP).transfer_keys(&[(id, &new)]).unwrap();
        let (after, sent) = (running.marks(), last.0.lock().unwrap().clone());
        // Once more, as it was: the same octets on the same connection.
        raw.write_all(&sent).unwrap();
        let mut answer = [0; 11];
        raw.read_exact(&mut answer).unwrap();
        assert_eq!(answer[8], 0xd8, "{answer:02x?}");
        assert_eq!(running.marks(), after);
        // The event comes after the answer.
        let insecure = (0..100).find_map(|_| {
            std::thread::sleep(core::time::Duration::from_millis(10));
            running.log.lock().unwrap().iter().find_map(|event| match event {
                Event::Insecure(_, error) => Some(*error),
                _ => None,
            })
        });
        // Under the old key it is forged; where that key still holds, it is old.
        match replayed {
            true => assert!(matches!(insecure, Some(SecurityError::Replayed { .. })), "{insecure:?}"),
            false => assert_eq!(insecure, Some(SecurityError::Inauthentic)),
        }
    }
}

#[test]
fn agreed_keys_hold_from_the_next_message_on() {
    for suite in SUITES {
        for (algorithm_ids, keys) in [(AlgorithmIds::Encoded, &ALL[..]), (AlgorithmIds::Encoded, &ALL[..1])] {
            let running = Running::new(suite);
            let mut meter = running.associate(MANAGER);
            let before = running.marks();
            meter.security_setup(SETUP).agree_keys(keys, algorithm_ids, &meter_key(suite)).unwrap();
            let changed = running.marks().iter().zip(&before).filter(|(now, before)| now != before).count();
            assert!(changed >= keys.len().min(3), "{suite:?}");
            assert_eq!(running.device(|device| device.replay.highest(GUEK)), None);
            assert!(works(&mut meter) && !running.has_leftovers());
            // What is transferred now is wrapped with the key encryption key that was agreed on.
            let new = key(suite, 0x21);
            meter.security_setup(SETUP).transfer_keys(&[(ALL[0], &new)]).unwrap();
            assert!(works(&mut meter));
        }
    }
}

#[test]
fn an_agreement_in_another_encoding_gives_another_key() {
    let running = Running::new(SecuritySuite::Suite1);
    let mut meter = running.associate(MANAGER);
    meter
        .security_setup(SETUP)
        .agree_keys(&ALL[..1], AlgorithmIds::Printed, &meter_key(running.suite))
        .unwrap();
    assert!(!works(&mut meter));
}

#[test]
fn an_agreement_that_is_not_the_clients_changes_nothing() {
    let suite = SecuritySuite::Suite1;
    let running = Running::new(suite);
    let before = running.marks();
    // Signed with a key that no certificate of the client's is for.
    let mut stranger = running.connect_with(MANAGER, provider(suite, "client-agree"));
    stranger.associate().unwrap();
    let refusal = stranger.security_setup(SETUP).agree_keys(&ALL, AlgorithmIds::Encoded, &meter_key(suite));
    assert_eq!(refused(refusal), ActionResult::OtherReason);
    assert_eq!((running.marks(), running.has_leftovers()), (before.clone(), false));

    let mut meter = running.associate(MANAGER);
    let method = v1::SecuritySetup::at(SETUP).key_agreement().descriptor();
    let agree = |meter: &mut TcpMeter, parts: &[(SecurityKeyId, &[u8])]| {
        let refusal = meter.invoke_any(method, &Keys(parts)).map(|_| ());
        assert!(refusal.is_err(), "{parts:02x?}");
        assert_eq!((running.marks(), running.has_leftovers()), (before.clone(), false));
        assert!(works(meter));
    };
    let half = |meter: &mut TcpMeter, id: u8, point: &[u8]| {
        let mut signature = [0; 64];
        let parts = [Part::Bytes(&[id]), Part::Bytes(point)];
        let signing = name(KeyKind::Signing);
        meter.client_mut().crypto_mut().sign(suite, signing, &parts, &mut signature).unwrap();
        [point, &signature].concat()
    };
    // Signed as it should be, and no point of the curve.
    for point in [[0; 64], [1; 64]] {
        let half = half(&mut meter, 0, &point);
        agree(&mut meter, &[(ALL[0], &half)]);
    }
    let ephemeral = name(KeyKind::Ephemeral(7));
    let crypto = meter.client_mut().crypto_mut();
    crypto.generate_key_pair(suite, ephemeral).unwrap();
    let mut point = [0; 64];
    crypto.public_key(suite, ephemeral, &mut point).unwrap();
    let good = half(&mut meter, 0, &point);
    let mut changed = good.clone();
    changed[127] ^= 1;
    agree(&mut meter, &[(ALL[0], &changed)]);
    agree(&mut meter, &[(ALL[0], &good[..127])]);
    agree(&mut meter, &[(ALL[0], &[])]);
    // A half signed for one key does not do for another, and one bad half spoils the good one.
    agree(&mut meter, &[(ALL[2], &good)]);
    agree(&mut meter, &[(ALL[0], &good), (ALL[2], &good)]);
    agree(&mut meter, &[(ALL[0], &good), (ALL[0], &good)]);
    meter.invoke_any(method, &Keys(&[(ALL[0], &good)])).unwrap();
    assert_ne!(running.marks(), before);
}

#[test]
fn a_meter_that_is_not_itself_gets_no_agreement() {
    let running = Running::new(SecuritySuite::Suite1);
    let mut meter = running.associate(MANAGER);
    let other = Certificate::from_der(&der("suite1-meter-agree")).map(|other| *other.public_key()).unwrap();
    let error = meter.security_setup(SETUP).agree_keys(&ALL, AlgorithmIds::Encoded, &other).unwrap_err();
    assert!(matches!(error, Error::Client(ClientError::Security(SecurityError::Inauthentic))), "{error:?}");
}

fn by_entity(
    certificate_entity: CertificateEntity,
    certificate_type: CertificateType,
    title: &SystemTitle,
) -> CertificateIdentificationView<'_> {
    let system_title = Octets(&title.0);
    CertificateIdentificationView::Entity(ByEntityView { certificate_entity, certificate_type, system_title })
}

#[test]
fn a_new_key_pair_is_used_once_it_is_certified() {
    for suite in SUITES {
        let running = Running::new(suite);
        let mut meter = running.associate(MANAGER);
        let mut security = meter.security_setup(SETUP);
        let public = |kind| {
            let mut key = [0; 96];
            let len = running.device(|device| device.crypto.public_key(suite, name(kind), &mut key)).unwrap();
            PublicKey::from_slice(&key[..len]).unwrap()
        };
        // Without a new key pair, the request is for the one in use.
        let request = security.certificate_request(Purpose::Signing).unwrap().to_vec();
        let request = CertificateRequest::from_der(&request).unwrap();
        assert_eq!((request.system_title(), *request.public_key()), (Some(METER), meter_key(suite)));

        security.generate_key_pair(Purpose::Signing).unwrap();
        let request = security.certificate_request(Purpose::Signing).unwrap().to_vec();
        let request = CertificateRequest::from_der(&request).unwrap();
        assert_eq!(request.check(&mut Provider::new(SysRng)), Ok(()));
        assert_eq!(*request.public_key(), public(KeyKind::NextSigning));
        assert_eq!(public(KeyKind::Signing), meter_key(suite));

        // The one it had comes back, certified: the new one, which is not, stays where it is.
        let certificate = der(&format!("suite{}-meter-sign", suite.id()));
        security.import_certificate(&certificate).unwrap();
        assert_eq!(public(KeyKind::Signing), meter_key(suite));
        assert!(running.device(|device| device.crypto.has_key(name(KeyKind::NextSigning))));

        // A pair for key agreement, as if it had been made and certified.
        let agreement = private(&format!("suite{}-meter-agree", suite.id()), suite);
        let uncertified = der(&format!("suite{}-meter-agree", suite.id()));
        assert_eq!(refused(security.import_certificate(&uncertified)), ActionResult::OtherReason);
        running.device(|device| device.crypto.set_key(name(KeyKind::NextAgreement), &agreement)).unwrap();
        security.import_certificate(&uncertified).unwrap();
        assert!(running.device(|device| device.crypto.has_key(name(KeyKind::Agreement))));
        assert!(!running.device(|device| device.crypto.has_key(name(KeyKind::NextAgreement))));
        let which = by_entity(CertificateEntity::Server, CertificateType::KeyAgreement, &METER);
        assert_eq!(security.export_certificate(&which).unwrap(), uncertified);
    }
}

#[test]
fn only_certificates_that_are_vouched_for_are_imported() {
    let running = Running::new(SecuritySuite::Suite1);
    let mut meter = running.associate(MANAGER);
    let mut security = meter.security_setup(SETUP);
    let count = || running.device(|device| (0..).map_while(|at| device.certificates.at(at)).count());
    for name in [
        "expired",
        "future",
        "untrusted",
        "other-root",
        "unsigned",
        "deep",
        "below-limit",
        "no-title",
        "lower-case",
        "critical",
        "suite2-client-sign",
        "suite1-meter-agree",
        "suite1-meter-tls",
    ] {
        let refusal = refused(security.import_certificate(&der(name)));
        let malformed = name == "critical";
        let wanted = if malformed { ActionResult::TypeUnmatched } else { ActionResult::OtherReason };
        assert_eq!((refusal, count()), (wanted, 3), "{name}");
    }
    for garbage in [&[][..], &[0x30, 0], &[0xff; 2000]] {
        assert_eq!(refused(security.import_certificate(garbage)), ActionResult::TypeUnmatched);
    }
    for name in ["suite1-client-agree", "other-title", "gbcs"] {
        security.import_certificate(&der(name)).unwrap();
    }
    assert_eq!(count(), 6);
    // What is there already is not kept twice.
    security.import_certificate(&der("gbcs")).unwrap();
    assert_eq!(count(), 6);
}

#[test]
fn certificates_are_listed_exported_and_removed() {
    let running = Running::new(SecuritySuite::Suite1);
    let mut meter = running.associate(MANAGER);
    let mut security = meter.security_setup(SETUP);
    let listed: Vec<_> = security
        .certificates()
        .unwrap()
        .iter()
        .map(|entry| {
            let entry = entry.unwrap();
            let number = entry.serial_number.0.to_vec();
            (entry.certificate_entity, entry.certificate_type, number, entry.issuer.0.to_vec())
        })
        .collect();
    let kinds: Vec<_> = listed.iter().map(|(entity, kind, ..)| (entity.code(), kind.code())).collect();
    assert_eq!(kinds, [(2, 3), (2, 3), (1, 0)]);

    let client = der("suite1-client-sign");
    let which = by_entity(CertificateEntity::Client, CertificateType::DigitalSignature, &CLIENT);
    assert_eq!(security.export_certificate(&which).unwrap(), client);
    let (_, _, number, issuer) = &listed[2];
    let tagged = [&[2, u8::try_from(number.len()).unwrap()][..], number].concat();
    for number in [number, &tagged] {
        let which = CertificateIdentificationView::Serial(BySerialView {
            serial_number: Octets(number),
            issuer: Octets(issuer),
        });
        assert_eq!(security.export_certificate(&which).unwrap(), client);
    }

    // The anchor stays.
    let (_, _, number, issuer) = &listed[0];
    let anchor = CertificateIdentificationView::Serial(BySerialView {
        serial_number: Octets(number),
        issuer: Octets(issuer),
    });
    assert_eq!(security.export_certificate(&anchor).unwrap(), der("suite1-root"));
    assert_eq!(refused(security.remove_certificate(&anchor)), ActionResult::ReadWriteDenied);

    for kind in [CertificateType::KeyAgreement, CertificateType::Tls] {
        let other = by_entity(CertificateEntity::Client, kind, &CLIENT);
        assert_eq!(refused(security.remove_certificate(&other)), ActionResult::OtherReason);
    }
    security.remove_certificate(&which).unwrap();
    assert_eq!(refused(security.export_certificate(&which).map(|_| ())), ActionResult::OtherReason);
    assert_eq!(security.certificates().unwrap().len(), 2);
    // Without its certificate, the client agrees on nothing more.
    let refusal = security.agree_keys(&ALL[..1], AlgorithmIds::Encoded, &meter_key(running.suite));
    assert_eq!(refused(refusal), ActionResult::OtherReason);
}

#[tokio::test]
async fn keys_are_transferred_and_agreed_on_with_tokio_too() {
    let running = Running::new(SecuritySuite::Suite2);
    let (crypto, counters) =
        (provider(running.suite, "client-sign"), InvocationCounters::new(RamCounters::<4>::new()));
    let mut meter = dlms_io::tokio::connect_tcp(running.address, running.config(MANAGER), crypto, counters)
        .await
        .unwrap();
    meter.associate().await.unwrap();
    let before = running.marks();
    let new = key(running.suite, 0x11);
    let mut security = meter.security_setup(SETUP);
    security.transfer_keys(&[(ALL[0], &new)]).await.unwrap();
    security.agree_keys(&ALL, AlgorithmIds::Encoded, &meter_key(running.suite)).await.unwrap();
    security.generate_key_pair(Purpose::Tls).await.unwrap();
    assert!(!security.certificate_request(Purpose::Tls).await.unwrap().is_empty());
    security.import_certificate(&der("suite2-client-agree")).await.unwrap();
    let which = by_entity(CertificateEntity::Client, CertificateType::KeyAgreement, &CLIENT);
    assert_eq!(security.export_certificate(&which).await.unwrap(), der("suite2-client-agree"));
    security.remove_certificate(&which).await.unwrap();
    assert_eq!(security.certificates().await.unwrap().len(), 3);
    security.activate(SecurityPolicy::from_v1(0x24).unwrap()).await.unwrap();
    assert!(running.marks().iter().zip(&before).all(|(now, before)| now != before));
    meter.close().await.unwrap();
}
