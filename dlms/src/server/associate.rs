use core::ops::Range;

use dlms_core::acse::{
    Aare, Aarq, AcseDiagnostic, AcseRequirements, ApplicationContextName, AssociationResult, MechanismName,
    ProviderDiagnostic, UserDiagnostic,
};
use dlms_core::apdu::{
    ApplicationReferenceError, ConfirmedService, ConfirmedServiceError, Conformance, DLMS_VERSION,
    InitiateError, InitiateRequest, InitiateResponse, ServiceError, tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::{Link, Saps};
use dlms_security::hls::{Challenge, Mechanism, password_matches};
use dlms_security::{
    Protection, SecurityContext, SecurityError, SecurityPolicy, ServiceCiphering, SystemTitle,
};

use super::association::{Association, State};
use super::device::LogicalDevice;
use super::event::Event;
use super::fault::Fault;
use super::request::decodes;
use super::short_name::ShortNames;
use super::site::Site;
use super::{AssociationConfig, Connection};
use crate::Authentication;
#[cfg(feature = "general-protection")]
use crate::association::certified;

/// Octets of what AARQ and AARE carry as user-information at most.
pub(super) const INITIATE: usize = crate::association::INITIATE;
/// The smallest APDU a client may ask for.
const LEAST_PDU: u16 = 12;

/// Why an association is refused.
struct Rejection {
    result: AssociationResult,
    diagnostic: AcseDiagnostic,
    service_error: Option<ConfirmedServiceError>,
    /// Said in place of an AARE: it tells the counter that would do, which an AARE cannot.
    replayed: Option<SecurityError>,
}

impl From<UserDiagnostic> for Rejection {
    fn from(diagnostic: UserDiagnostic) -> Self {
        AcseDiagnostic::User(diagnostic).into()
    }
}

impl From<AcseDiagnostic> for Rejection {
    fn from(diagnostic: AcseDiagnostic) -> Self {
        let result = AssociationResult::RejectedPermanent;
        Self { result, diagnostic, service_error: None, replayed: None }
    }
}

impl From<InitiateError> for Rejection {
    fn from(error: InitiateError) -> Self {
        ConfirmedServiceError::initiate(error).into()
    }
}

impl From<ConfirmedServiceError> for Rejection {
    fn from(error: ConfirmedServiceError) -> Self {
        Self { service_error: Some(error), ..AcseDiagnostic::NO_REASON_GIVEN.into() }
    }
}

/// What was agreed on with a client, and how the agreement was protected.
struct Accepted {
    association: Association,
    form: ServiceCiphering,
    protection: Protection,
    response_allowed: bool,
}

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Answers an AARQ.
    pub(super) fn associate<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        peer: Saps,
        apdu: Range<usize>,
    ) {
        // A second one of the same client releases the first.
        self.end(site, peer);
        let mut room = [0; INITIATE];
        match self.accept(site, peer, apdu, &mut room) {
            Ok(accepted) => self.answer_accepted(site, accepted),
            Err(rejection) => {
                self.events.push(Event::Rejected(peer, rejection.diagnostic));
                match rejection.replayed {
                    Some(error) => self.answer_fault(peer, Fault::Security(error)),
                    None => self.answer_rejection(peer, &rejection),
                }
            }
        }
    }

    fn accept<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        peer: Saps,
        apdu: Range<usize>,
        room: &mut [u8; INITIATE],
    ) -> Result<Accepted, Rejection> {
        let bytes = self.rx.as_slice().get(apdu).unwrap_or_default();
        let aarq = match Aarq::from_bytes(bytes) {
            Ok(aarq) => aarq,
            Err(error) => {
                self.events.push(Event::Malformed(peer, error));
                return Err(AcseDiagnostic::Provider(ProviderDiagnostic::NoReasonGiven).into());
            }
        };
        if !aarq.proposes_version1() {
            return Err(AcseDiagnostic::Provider(ProviderDiagnostic::NoCommonAcseVersion).into());
        }
        let context = aarq.application_context_name;
        let index = choose(site.parts.associations, peer.client, context, &aarq, D::Names::SERVED)?;
        let offered = site.parts.associations.get(index).and_then(Option::as_ref);
        let offered = offered.ok_or(UserDiagnostic::NoReasonGiven)?;
        let policy = offered.policy.union(*site.parts.policy);

        let mut association = Association {
            state: State::Associated,
            peer,
            config: index,
            context,
            mechanism: offered.authentication.mechanism(),
            security: SecurityContext::new(
                site.parts.config.suite,
                offered.setup,
                site.parts.config.system_title,
            ),
            ..Association::FREE
        };
        let title = aarq.calling_ap_title.map(<[u8; 8]>::try_from);
        let mechanism = association.mechanism.and_then(|name| name.id()).and_then(Mechanism::from_id);
        let needs_title = context.is_ciphered() || mechanism.is_some_and(Mechanism::needs_titles);
        match title {
            Some(Ok(title)) if title != site.parts.config.system_title.0 => {
                association.security.set_peer_title(Some(SystemTitle(title)));
            }
            None if !needs_title => {}
            Some(Err(_)) if !needs_title => {}
            _ => return Err(UserDiagnostic::CallingApTitleNotRecognized.into()),
        }
        #[cfg(feature = "general-protection")]
        {
            let suite = association.security.suite();
            let known = offered.client_signing_key.or_else(|| {
                let (title, certificate) = (association.security.peer_title()?, aarq.calling_ae_qualifier?);
                certified(site.parts.crypto, suite, title, certificate)
            });
            association.security.set_peer_signing_key(known);
            association.security.set_general_protection(offered.general_protection);
            association.security.set_responds();
        }
        authenticate(&mut association, &offered.authentication, &aarq, site.parts.crypto)?;

        let conformance = offered.conformance;
        let information = aarq.user_information.unwrap_or_default();
        let copy = room.get_mut(..information.len()).ok_or(UserDiagnostic::NoReasonGiven)?;
        for (slot, octet) in copy.iter_mut().zip(information) {
            *slot = *octet;
        }
        let len = information.len();
        open_initiate(&mut association, site, policy, conformance, room, len)
    }

    /// Has the association of a client that stands without being opened, if there is one and a place for it: which
    /// place.
    pub(super) fn pre_establish<D: LogicalDevice>(
        &mut self,
        site: &Site<'_, D>,
        peer: Saps,
    ) -> Option<usize> {
        let standing =
            |config: &AssociationConfig| config.pre_established.filter(|_| config.client == peer.client);
        let mut offered = site.parts.associations.iter().enumerate();
        let (config, offered, agreed) = offered.find_map(|(index, config)| {
            let config = config.as_ref()?;
            Some((index, config, standing(config)?))
        })?;
        let slot = self.associations.iter().position(|a| a.state == State::Free)?;
        let own = site.parts.config;
        let mut security = SecurityContext::new(own.suite, offered.setup, own.system_title);
        security.set_peer_title(agreed.client_title);
        #[cfg(feature = "general-protection")]
        {
            security.set_peer_signing_key(offered.client_signing_key);
            security.set_general_protection(offered.general_protection);
            security.set_responds();
        }
        let place = self.associations.get_mut(slot)?;
        *place = Association {
            state: State::Associated,
            peer,
            config,
            context: ApplicationContextName::new(false, agreed.ciphered_context),
            security,
            conformance: offered.conformance,
            client_max_receive_pdu_size: agreed.client_max_receive_pdu_size,
            ..Association::FREE
        };
        self.events.push(Event::Associated(peer));
        Some(slot)
    }

    fn answer_accepted<D: LogicalDevice>(&mut self, site: &mut Site<'_, D>, accepted: Accepted) {
        let Accepted { mut association, form, protection, response_allowed } = accepted;
        let peer = association.peer;
        let Some(slot) = self.associations.iter().position(|a| a.state == State::Free) else {
            forget_keys(&mut association, site);
            self.events.push(Event::Rejected(peer, AcseDiagnostic::NO_REASON_GIVEN));
            let result = AssociationResult::RejectedTransient;
            let rejection = Rejection { result, ..AcseDiagnostic::NO_REASON_GIVEN.into() };
            return self.answer_rejection(peer, &rejection);
        };
        let pending = association.state == State::Pending;
        let diagnostic = if pending { AcseDiagnostic::AUTHENTICATION_REQUIRED } else { AcseDiagnostic::NULL };
        let mut room = [0; INITIATE];
        let answer = InitiateResponse {
            quality_of_service: None,
            dlms_version: DLMS_VERSION,
            conformance: association.conformance,
            server_max_receive_pdu_size: self.max_receive(site.parts.config.max_receive_pdu_size),
            vaa_name: association.vaa_name(),
        };
        let sealed = seal_initiate(&mut association, site, form, protection, &answer, &mut room);
        let Some(user_information) = sealed.and_then(|range| room.get(range)) else {
            forget_keys(&mut association, site);
            return self.answer_rejection(peer, &AcseDiagnostic::NO_REASON_GIVEN.into());
        };
        let own_title = association.security.own_title();
        let tells_title = association.security.peer_title().is_some();
        let stoc = association.stoc;
        let aare = Aare {
            responding_ap_title: tells_title.then_some(own_title.0.as_slice()),
            responder_acse_requirements: pending.then_some(AcseRequirements::AUTHENTICATION),
            mechanism_name: association.mechanism.filter(|_| pending),
            responding_authentication_value: stoc.as_ref().filter(|_| pending).map(Challenge::as_slice),
            user_information: Some(user_information),
            ..Aare::new(association.context, AssociationResult::Accepted, diagnostic)
        };
        if response_allowed {
            self.answer(peer, &aare);
        }
        if !pending {
            self.events.push(Event::Associated(peer));
        }
        if let Some(place) = self.associations.get_mut(slot) {
            *place = association;
        }
    }

    fn answer_rejection(&mut self, peer: Saps, rejection: &Rejection) {
        let mut room = [0; 8];
        let user_information = rejection.service_error.and_then(|error| {
            let mut w = Writer::new(&mut room);
            error.encode(&mut w);
            w.finish().ok()
        });
        // The context says what would have done.
        let context = ApplicationContextName::LogicalName;
        let aare = Aare { user_information, ..Aare::new(context, rejection.result, rejection.diagnostic) };
        self.answer(peer, &aare);
    }

    /// Sends an ACSE message, which carries its own protection.
    pub(super) fn answer(&mut self, peer: Saps, apdu: &impl Encode) {
        let start = L::HEADROOM;
        let end = start.saturating_add(apdu.encoded_len());
        if let Ok(room) = self.tx.reserve(end) {
            apdu.encode(&mut Writer::new(room.get_mut(start..end).unwrap_or_default()));
            self.send(peer, start..end);
        }
    }

    /// What this end can take: no more than the buffer holds.
    pub(super) fn max_receive(&self, configured: u16) -> u16 {
        let room = self.rx.capacity().min(L::MAX_APDU);
        configured.min(u16::try_from(room).unwrap_or(u16::MAX))
    }
}

/// Chooses the association that a client wants, among those it is offered.
fn choose(
    offered: &[Option<AssociationConfig>],
    client: u16,
    context: ApplicationContextName,
    aarq: &Aarq<'_>,
    short_names: bool,
) -> Result<usize, Rejection> {
    let of_client = |config: &&AssociationConfig| config.client == client;
    if !offered.iter().flatten().any(|config| of_client(&config)) {
        return Err(UserDiagnostic::NoReasonGiven.into());
    }
    let allows = |config: &AssociationConfig| match context {
        ApplicationContextName::LogicalName => config.plain_context,
        ApplicationContextName::LogicalNameCiphered => config.ciphered_context,
        ApplicationContextName::ShortName => short_names && config.short_names && config.plain_context,
        ApplicationContextName::ShortNameCiphered => {
            short_names && config.short_names && config.ciphered_context
        }
        _ => false,
    };
    if !offered.iter().flatten().filter(of_client).any(allows) {
        return Err(UserDiagnostic::ApplicationContextNameNotSupported.into());
    }
    let proposed = match (aarq.selects_authentication(), aarq.mechanism_name) {
        (true, None) => return Err(UserDiagnostic::AuthenticationMechanismNameRequired.into()),
        (true, mechanism) => mechanism.filter(|m| *m != MechanismName::Lowest),
        (false, _) => None,
    };
    let found = offered.iter().position(|config| {
        config.as_ref().is_some_and(|config| {
            config.client == client
                && config.pre_established.is_none()
                && allows(config)
                && config.authentication.mechanism() == proposed
        })
    });
    found.ok_or_else(|| match proposed {
        Some(_) => UserDiagnostic::AuthenticationMechanismNameNotRecognised.into(),
        None => UserDiagnostic::AuthenticationRequired.into(),
    })
}

/// Checks the password, or takes the client's challenge and makes ours.
fn authenticate(
    association: &mut Association,
    demanded: &Authentication,
    aarq: &Aarq<'_>,
    crypto: &mut impl CryptoProvider,
) -> Result<(), Rejection> {
    let value = aarq.calling_authentication_value;
    match demanded {
        Authentication::None => Ok(()),
        Authentication::Lls(password) => match value {
            Some(given) if password_matches(password.as_bytes(), given) => Ok(()),
            Some(_) => Err(UserDiagnostic::AuthenticationFailure.into()),
            None => Err(UserDiagnostic::AuthenticationRequired.into()),
        },
        Authentication::Hls(name) => {
            let mechanism = name.id().and_then(Mechanism::from_id).ok_or(UserDiagnostic::NoReasonGiven)?;
            let ctos = value.ok_or(UserDiagnostic::AuthenticationRequired)?;
            let ctos = Challenge::from_slice(ctos).map_err(|_| UserDiagnostic::AuthenticationFailure)?;
            let stoc = Challenge::generate(crypto, mechanism.challenge_len())
                .map_err(|_| UserDiagnostic::NoReasonGiven)?;
            if stoc == ctos || ctos.as_slice().len() < mechanism.least_challenge() {
                return Err(UserDiagnostic::AuthenticationFailure.into());
            }
            (association.ctos, association.stoc) = (Some(ctos), Some(stoc));
            association.state = State::Pending;
            Ok(())
        }
    }
}

/// Deciphers and checks the InitiateRequest at the front of `room`.
fn open_initiate<D: LogicalDevice>(
    association: &mut Association,
    site: &mut Site<'_, D>,
    policy: SecurityPolicy,
    offered: Conformance,
    room: &mut [u8; INITIATE],
    len: usize,
) -> Result<Accepted, Rejection> {
    let parts = &mut site.parts;
    let refused = InitiateError::RefusedByTheVdeHandler;
    let (mut form, mut protection) = (ServiceCiphering::Global, Protection::NONE);
    let mut plain = 0..len;
    let first = room.first().copied().unwrap_or(0);
    if len > 0 && tag::is_protected(first) {
        if !association.context.is_ciphered() {
            return Err(refused.into());
        }
        let opened = association
            .security
            .unprotect_with(parts.crypto, parts.replay, room, 0..len, decodes::<D>)
            .map_err(|error| Rejection { replayed: replayed(error), ..deciphering_error().into() })?;
        (form, protection, plain) = (opened.form, opened.protection, opened.plain);
    }
    // A policy of the ciphered context cannot be met in the other one, nor without ciphering the first message.
    if !protection.covers(policy.request) {
        return Err(refused.into());
    }
    let bytes = room.get(plain).unwrap_or_default();
    let request = InitiateRequest::from_bytes(bytes).map_err(|_| refused)?;
    if request.dlms_version < DLMS_VERSION {
        return Err(InitiateError::DlmsVersionTooLow.into());
    }
    association.conformance = association.referencing().of(request.conformance & offered);
    let by_name = Conformance::GET.union(Conformance::SET).union(Conformance::ACTION);
    let services = by_name.union(Conformance::READ).union(Conformance::WRITE);
    if (association.conformance & services).is_empty() {
        return Err(InitiateError::IncompatibleConformance.into());
    }
    let size = request.client_max_receive_pdu_size;
    if size != 0 && size < LEAST_PDU {
        return Err(InitiateError::PduSizeTooShort.into());
    }
    association.client_max_receive_pdu_size = size;
    let response_allowed = request.response_allowed;
    if !response_allowed && association.state == State::Pending {
        return Err(refused.into());
    }
    if let Some(key) = request.dedicated_key {
        // A key that anyone could read is none.
        if !protection.encrypted || key.len() != association.security.suite().key_len() {
            return Err(refused.into());
        }
        let key = parts.crypto.install_dedicated(key).map_err(|_| refused)?;
        association.security.set_dedicated(Some(key));
    }
    let protection =
        if association.context.is_ciphered() { protection.union(policy.response) } else { Protection::NONE };
    Ok(Accepted { association: association.clone(), form, protection, response_allowed })
}

const fn replayed(error: SecurityError) -> Option<SecurityError> {
    match error {
        SecurityError::Replayed { .. } => Some(error),
        _ => None,
    }
}

const fn deciphering_error() -> ConfirmedServiceError {
    ConfirmedServiceError {
        service: ConfirmedService::InitiateError,
        error: ServiceError::ApplicationReference(ApplicationReferenceError::DecipheringError),
    }
}

/// Writes the InitiateResponse into `room`, ciphered as the request was; where it is.
pub(super) fn seal_initiate<D: LogicalDevice>(
    association: &mut Association,
    site: &mut Site<'_, D>,
    form: ServiceCiphering,
    protection: Protection,
    answer: &InitiateResponse,
    room: &mut [u8; INITIATE],
) -> Option<Range<usize>> {
    let start = SecurityContext::HEADROOM;
    let mut w = Writer::new(room.get_mut(start..)?);
    answer.encode(&mut w);
    let plain = start..start.saturating_add(w.finish().ok()?.len());
    let parts = &mut site.parts;
    association.security.protect(parts.crypto, parts.counters, form, protection, room, plain).ok()
}

/// Forgets the keys of the association.
pub(super) fn forget_keys<D: LogicalDevice>(association: &mut Association, site: &mut Site<'_, D>) {
    association.security.forget_keys(&mut *site.parts.crypto);
}
