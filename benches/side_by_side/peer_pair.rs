//! dlms-cosem-rs: a client and a meter, and a wire between them that costs nothing. Its sessions speak APDUs; the
//! wrapper is its user's.

use dlms_cosem_rs::Obis;
use dlms_cosem_rs::acse::AuthMechanism;
use dlms_cosem_rs::axdr::Data;
use dlms_cosem_rs::client::{AssociationStep, BlockCollector, ClientConfig, ClientSession, Response};
use dlms_cosem_rs::codec::{Encode, Writer};
use dlms_cosem_rs::cosem::AttributeAccess;
use dlms_cosem_rs::security::{KeyRing, RustCryptoProvider, SecurityPolicy, SecuritySuite, SystemTitle};
use dlms_cosem_rs::server::{ObjectStore, Server, ServerConfig, StoreResult};
use dlms_cosem_rs::xdlms::{AttributeDescriptor, DataAccessResult, SelectiveAccess};

use crate::ciphering::{AUTHENTICATION_KEY, CLIENT, ENCRYPTION_KEY, METER};
use crate::dice::Dice;
use crate::pair::WATT_HOURS;

const ENERGY: Obis = Obis::new(1, 0, 1, 8, 0, 255);
const PROFILE: Obis = Obis::new(1, 0, 99, 1, 0, 255);

/// A register and a load profile, whose octets are ready to be copied.
pub(crate) struct Store {
    profile: Vec<u8>,
}

impl ObjectStore for Store {
    fn get_attribute(
        &self,
        class: u16,
        name: Obis,
        attribute: i8,
        _: Option<SelectiveAccess<'_>>,
        w: &mut dyn Writer,
    ) -> StoreResult<()> {
        match (class, name, attribute) {
            (3, ENERGY, 2) => Data::DoubleLongUnsigned(WATT_HOURS).encode(w),
            (7, PROFILE, 2) => w.write_bytes(&self.profile),
            _ => return Err(DataAccessResult::ObjectUndefined),
        }
        .map_err(|_| DataAccessResult::OtherReason)
    }

    fn attribute_access(&self, _: u16, _: Obis, _: i8) -> AttributeAccess {
        AttributeAccess::READ
    }
}

pub(crate) type Session = ClientSession<RustCryptoProvider<Dice>>;
/// Its server holds a value whole: `N` octets are room for it.
pub(crate) type Meter<const N: usize> = Server<Store, RustCryptoProvider<Dice>, N>;

fn security(ciphered: bool) -> (AuthMechanism, SecurityPolicy) {
    if ciphered {
        (AuthMechanism::HighGmac, SecurityPolicy::authenticated_encrypted(SecuritySuite::Suite0))
    } else {
        (AuthMechanism::None, SecurityPolicy::NONE)
    }
}

fn provider(seed: u64) -> RustCryptoProvider<Dice> {
    RustCryptoProvider::with_rng(KeyRing::new(ENCRYPTION_KEY, AUTHENTICATION_KEY), Dice(seed))
}

pub(crate) fn session(ciphered: bool, pdu: u16) -> Session {
    let (mechanism, security) = security(ciphered);
    let system_title = Some(SystemTitle::new(CLIENT));
    let config =
        ClientConfig { system_title, mechanism, security, max_pdu_size: pdu, ..ClientConfig::default() };
    ClientSession::new(config, provider(2))
}

pub(crate) fn meter<const N: usize>(ciphered: bool, profile: Vec<u8>) -> Box<Meter<N>> {
    let (mechanism, security) = security(ciphered);
    let system_title = Some(SystemTitle::new(METER));
    let config =
        ServerConfig { system_title, mechanism, security, max_pdu_size: 0xffff, ..ServerConfig::default() };
    Box::new(Server::new(config, Store { profile }, provider(1)))
}

/// What carries a request to the meter and gives its answer.
pub(crate) trait Wire {
    /// The answer to the request in the front of `request` is put into `response`; its length.
    fn ask(&mut self, request: &[u8], response: &mut [u8]) -> usize;
}

impl<const N: usize> Wire for Box<Meter<N>> {
    fn ask(&mut self, request: &[u8], response: &mut [u8]) -> usize {
        self.handle(request, response).unwrap()
    }
}

/// A client and a meter.
pub(crate) struct PeerPair<W> {
    session: Session,
    wire: W,
    request: [u8; 512],
    response: Vec<u8>,
    plain: Vec<u8>,
    value: Vec<u8>,
}

impl<W: Wire> PeerPair<W> {
    pub(crate) fn new(session: Session, wire: W) -> Self {
        let room = || vec![0; 1 << 16];
        Self { session, wire, request: [0; 512], response: room(), plain: room(), value: vec![0; 300_000] }
    }

    /// Where its counter stands.
    pub(crate) fn invocation_counter(&self) -> u32 {
        self.session.invocation_counter()
    }

    pub(crate) fn associate(&mut self) {
        let Self { session, wire, request, response, .. } = self;
        let n = session.associate_request(request).unwrap();
        let n = wire.ask(&request[..n], response);
        let mut step = session.handle_associate_response(&response[..n]).unwrap();
        if step == AssociationStep::HlsReplyRequired {
            let n = session.hls_reply_request(request).unwrap();
            let n = wire.ask(&request[..n], response);
            step = session.handle_hls_reply_response(&response[..n]).unwrap();
        }
        assert_eq!(step, AssociationStep::Established);
    }

    pub(crate) fn release(&mut self) {
        let n = self.session.release_request(&mut self.request).unwrap();
        assert_eq!(self.exchange(n), Response::Released);
    }

    /// Reads the register.
    pub(crate) fn register(&mut self) -> u64 {
        let n = self
            .session
            .get_request(AttributeDescriptor::new(3, ENERGY, 2), None, &mut self.request)
            .unwrap();
        match self.exchange(n) {
            Response::Data(value) => value.as_u64().unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Reads the load profile; its octets, checked to be a value.
    pub(crate) fn load_profile(&mut self) -> &[u8] {
        let Self { session, wire, request, response, plain, value } = self;
        let mut blocks = BlockCollector::new(value);
        let mut n = session.get_request(AttributeDescriptor::new(7, PROFILE, 2), None, request).unwrap();
        loop {
            let len = wire.ask(&request[..n], response);
            match session.handle_response(&response[..len], plain).unwrap() {
                Response::Block { last, number, data } => {
                    blocks.push(number, data).unwrap();
                    if last {
                        break;
                    }
                    n = session.get_next_block_request(number, request).unwrap();
                }
                other => panic!("{other:?}"),
            }
        }
        blocks.value().unwrap();
        let len = blocks.len();
        &self.value[..len]
    }

    fn exchange(&mut self, n: usize) -> Response<'_> {
        let len = self.wire.ask(&self.request[..n], &mut self.response);
        self.session.handle_response(&self.response[..len], &mut self.plain).unwrap()
    }
}
