use core::ops::Range;

use dlms_core::acse::{
    Aare, Aarq, AcseDiagnostic, AcseRequirements, ApplicationContextName, AssociationResult, MechanismName,
    ReleaseRequest, ReleaseRequestReason,
};
use dlms_core::apdu::{
    ActionResponse, ConfirmedServiceError, DLMS_VERSION, GetDataResult, InitiateRequest, InitiateResponse,
    tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::crypto::{CryptoProvider, KeyId, KeyKind, SecuritySuite};
use dlms_core::data::Data;
use dlms_core::link::Link;
use dlms_security::hls::{self, Challenge, Mechanism};
use dlms_security::{
    CounterStore, Protection, SecurityContext, SecurityError, ServiceCiphering, SystemTitle,
};
use zeroize::Zeroize;

use super::short_name::Step;
use super::{
    Client, ClientError, Event, Exchange, Misbehaviour, Misuse, Negotiated, Phase, PreEstablished, Refusal,
};
use crate::association::REPLY_TO_HLS;
#[cfg(feature = "general-protection")]
use crate::association::certified;
use crate::{Authentication, Referencing};

/// Octets of a ciphered InitiateRequest or InitiateResponse at most, a dedicated key of 32 octets included.
const INITIATE: usize = crate::association::INITIATE;

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Starts to open the association, all passes of its authentication included; `Associated` follows.
    ///
    /// # Errors
    /// There is an association, or another request is pending; the configuration lacks something.
    pub fn associate(&mut self) -> Result<(), ClientError> {
        if self.is_busy() {
            return Err(Misuse::Busy.into());
        }
        match self.phase {
            Phase::Idle => {}
            Phase::Associated => return Err(Misuse::Associated.into()),
            Phase::Closed => return Err(Misuse::NotAssociated.into()),
        }
        self.security = self.new_security();
        if let Some(agreed) = self.config.pre_established {
            return self.find_established(agreed);
        }
        self.begin(Exchange::Associate);
        let put = self.put_aarq();
        if put.is_err() {
            self.exchange = Exchange::None;
        }
        put
    }

    /// Starts to release the association; `Released` follows, also when the server does not answer.
    ///
    /// # Errors
    /// There is no association, or another request is pending.
    pub fn release(&mut self) -> Result<(), ClientError> {
        if self.is_busy() {
            return Err(Misuse::Busy.into());
        }
        if self.phase != Phase::Associated {
            return Err(Misuse::NotAssociated.into());
        }
        if !self.config.release_request || self.config.pre_established.is_some() {
            self.begin(Exchange::Disconnect { closing: false });
            return Ok(());
        }
        self.begin(Exchange::Release);
        let mut room = [0; INITIATE];
        let user_information = match self.ciphers() {
            Some(_) => Some(self.initiate(&mut room, None)?),
            None => None,
        };
        let user_information = user_information.and_then(|range| room.get(range));
        let request = ReleaseRequest { reason: Some(ReleaseRequestReason::Normal), user_information };
        let len = request.encoded_len();
        self.put_any(&request, len)
    }

    /// Has the association that stands already; nothing goes over the line.
    fn find_established(&mut self, agreed: PreEstablished) -> Result<(), ClientError> {
        if self.config.authentication.mechanism().is_some() {
            return Err(Misuse::Incomplete("an AARQ to authenticate with").into());
        }
        if self.config.ciphering.is_some_and(|ciphering| ciphering.form.is_dedicated()) {
            return Err(Misuse::Incomplete("an AARQ to give the dedicated key").into());
        }
        self.begin(Exchange::None);
        self.negotiated = Negotiated {
            conformance: agreed.conformance,
            server_max_receive_pdu_size: agreed.server_max_receive_pdu_size,
            dlms_version: DLMS_VERSION,
            server_title: self.security.peer_title(),
        };
        self.phase = Phase::Associated;
        self.event = Some(Event::Associated);
        Ok(())
    }

    fn new_security(&self) -> SecurityContext {
        let Some(ciphering) = &self.config.ciphering else {
            return SecurityContext::new(SecuritySuite::Suite0, 0, SystemTitle([0; 8]));
        };
        let mut security = SecurityContext::new(ciphering.suite, ciphering.setup, ciphering.system_title);
        security.set_peer_title(ciphering.server_title);
        #[cfg(feature = "general-protection")]
        {
            security.set_peer_signing_key(ciphering.server_signing_key);
            security.set_general_protection(ciphering.general_protection);
        }
        security
    }

    fn put_aarq(&mut self) -> Result<(), ClientError> {
        let ciphered = self.config.ciphering.is_some_and(|c| c.context);
        let by_short_names = self.config.referencing == Referencing::ShortName;
        if by_short_names && self.handler.is_none() {
            return Err(Misuse::Incomplete("a table of short names").into());
        }
        let context = ApplicationContextName::new(by_short_names, ciphered);
        let mut dedicated = [0u8; 32];
        let key = self.make_dedicated(&mut dedicated)?;
        let mut room = [0; INITIATE];
        let sealed = self.initiate(&mut room, key.and_then(|len| dedicated.get(..len)));
        dedicated.zeroize();
        let user_information = room.get(sealed?);

        let authentication = self.config.authentication.clone();
        let ctos;
        let (mechanism, value) = match &authentication {
            Authentication::None => (None, None),
            Authentication::Lls(secret) => (Some(MechanismName::Lls), Some(secret.as_bytes())),
            Authentication::Hls(name) => {
                let mechanism = mechanism(*name)?;
                if mechanism.needs_titles() && self.config.ciphering.is_none() {
                    return Err(Misuse::Incomplete("a system title").into());
                }
                ctos = Challenge::generate(&mut self.crypto, mechanism.challenge_len())?;
                self.ctos = Some(ctos);
                (Some(*name), Some(ctos.as_slice()))
            }
        };
        let title = self.config.ciphering.as_ref().map(|c| c.system_title.0);
        let aarq = Aarq {
            calling_ap_title: title.as_ref().map(<[u8; 8]>::as_slice),
            calling_ae_invocation_id: self.config.user_id,
            sender_acse_requirements: mechanism.map(|_| AcseRequirements::AUTHENTICATION),
            mechanism_name: mechanism,
            calling_authentication_value: value,
            user_information,
            ..Aarq::new(context)
        };
        let len = aarq.encoded_len();
        self.put_any(&aarq, len)
    }

    /// Makes the dedicated key, if there is to be one; its length.
    fn make_dedicated(&mut self, key: &mut [u8; 32]) -> Result<Option<usize>, ClientError> {
        let Some(ciphering) = self.config.ciphering.filter(|c| c.form.is_dedicated()) else {
            return Ok(None);
        };
        if ciphering.protection == Protection::NONE {
            return Ok(None);
        }
        let len = ciphering.suite.key_len();
        let key = key.get_mut(..len).unwrap_or_default();
        match &self.config.dedicated_key {
            Some(given) if given.as_bytes().len() == len => {
                for (slot, octet) in key.iter_mut().zip(given.as_bytes()) {
                    *slot = *octet;
                }
            }
            Some(_) => return Err(Misuse::Incomplete("a dedicated key of the suite's length").into()),
            None => self.crypto.random(key).map_err(SecurityError::from)?,
        }
        let id = self.crypto.install_dedicated(key).map_err(SecurityError::from)?;
        self.security.set_dedicated(Some(id));
        if self.config.dedicated_key.is_some() {
            self.security.share_counter();
        }
        Ok(Some(len))
    }

    /// Writes the InitiateRequest into `room`, ciphered as configured; where it is.
    fn initiate(
        &mut self,
        room: &mut [u8; INITIATE],
        dedicated_key: Option<&[u8]>,
    ) -> Result<Range<usize>, ClientError> {
        let request = InitiateRequest {
            dedicated_key,
            response_allowed: true,
            quality_of_service: None,
            dlms_version: DLMS_VERSION,
            conformance: self.config.referencing.of(self.config.conformance),
            client_max_receive_pdu_size: self.config.max_receive_pdu_size,
        };
        let start = SecurityContext::HEADROOM;
        let mut w = Writer::new(room.get_mut(start..).unwrap_or_default());
        request.encode(&mut w);
        let plain = start..start.saturating_add(w.finish()?.len());
        let Some(ciphering) = self.config.ciphering else { return Ok(plain) };
        let form = match ciphering.form {
            ServiceCiphering::GeneralCiphering => ServiceCiphering::GeneralCiphering,
            form if form.is_general() => ServiceCiphering::GeneralGlobal,
            _ => ServiceCiphering::Global,
        };
        // A dedicated key goes encrypted, whatever the rest does.
        let protection = match dedicated_key {
            Some(_) => ciphering.protection.union(Protection::ENCRYPTED),
            None => ciphering.protection,
        };
        Ok(self.security.protect(&mut self.crypto, &mut self.counters, form, protection, room, plain)?)
    }

    /// The AARE lies at `apdu`.
    pub(super) fn accept_aare(&mut self, apdu: Range<usize>) -> Result<(), ClientError> {
        let bytes = self.rx.as_slice().get(apdu).unwrap_or_default();
        let aare = Aare::from_bytes(bytes)?;
        let title = aare.responding_ap_title.and_then(|t| <[u8; 8]>::try_from(t).ok()).map(SystemTitle);
        if title.is_some() {
            self.security.set_peer_title(title);
        }
        #[cfg(feature = "general-protection")]
        if let (Some(certificate), Some(title), None) =
            (aare.responding_ae_qualifier, title, self.security.peer_signing_key())
        {
            let key = certified(&mut self.crypto, self.security.suite(), title, certificate);
            self.security.set_peer_signing_key(key);
        }
        let (result, diagnostic) = (aare.result, aare.result_source_diagnostic);
        let stoc = aare.responding_authentication_value.map(Challenge::from_slice);
        let mut room = [0; INITIATE];
        let information = aare.user_information.unwrap_or_default();
        let Some(copy) = room.get_mut(..information.len()) else {
            return Err(Misbehaviour::TooLong(information.len()).into());
        };
        for (slot, octet) in copy.iter_mut().zip(information) {
            *slot = *octet;
        }
        let len = information.len();
        if result != AssociationResult::Accepted {
            let service_error = self.initiate_error(&mut room, len);
            return Err(Refusal::Association { result, diagnostic, service_error }.into());
        }
        let ciphers = self.config.ciphering.is_some_and(|c| c.protection != Protection::NONE);
        if information.is_empty() && self.config.silent_agreement && !ciphers {
            self.negotiated = Negotiated {
                conformance: self.config.referencing.of(self.config.conformance),
                server_max_receive_pdu_size: 0,
                dlms_version: DLMS_VERSION,
                server_title: self.security.peer_title(),
            };
            return self.accept_challenge(diagnostic, stoc);
        }
        let plain = self.open_initiate(&mut room, len)?;
        let plain = room.get(plain).unwrap_or_default();
        if let Ok(service_error) = ConfirmedServiceError::from_bytes(plain) {
            let service_error = Some(service_error);
            return Err(Refusal::Association { result, diagnostic, service_error }.into());
        }
        let response = InitiateResponse::from_bytes(plain)?;
        if response.dlms_version != DLMS_VERSION {
            return Err(Misbehaviour::Negotiation.into());
        }
        self.negotiated = Negotiated {
            conformance: self.config.referencing.of(response.conformance & self.config.conformance),
            server_max_receive_pdu_size: response.server_max_receive_pdu_size,
            dlms_version: response.dlms_version,
            server_title: self.security.peer_title(),
        };
        self.accept_challenge(diagnostic, stoc)
    }

    /// The AARE accepts; with HLS it has the challenge that is to be answered.
    fn accept_challenge(
        &mut self,
        diagnostic: AcseDiagnostic,
        stoc: Option<Result<Challenge, SecurityError>>,
    ) -> Result<(), ClientError> {
        let Authentication::Hls(mechanism) = self.config.authentication else {
            self.phase = Phase::Associated;
            self.finish(Event::Associated);
            return Ok(());
        };
        if diagnostic != AcseDiagnostic::AUTHENTICATION_REQUIRED {
            return Err(Misbehaviour::Missing("the request for authentication").into());
        }
        let Some(stoc) = stoc else { return Err(Misbehaviour::Missing("the challenge").into()) };
        self.stoc = Some(stoc?);
        self.put_hls_reply(mechanism)
    }

    /// Deciphers what the AARE carries, in place, and checks that it is protected as required.
    fn open_initiate(&mut self, room: &mut [u8], len: usize) -> Result<Range<usize>, ClientError> {
        let required = self.config.ciphering.map_or(Protection::NONE, |c| c.protection);
        match room.first().copied() {
            _ if len == 0 => Err(Misbehaviour::Missing("the initiate response").into()),
            Some(first) if tag::is_protected(first) => {
                let opened = {
                    let decodes = self.decodes();
                    self.security.set_minimum(required);
                    let (crypto, replay) = (&mut self.crypto, &mut self.replay);
                    self.security.unprotect_with(crypto, replay, room, 0..len, decodes)?
                };
                if opened.protection.covers(required) {
                    Ok(opened.plain)
                } else {
                    Err(SecurityError::WeakerThanPolicy.into())
                }
            }
            // That it could not be ciphered may be what it says.
            Some(tag::CONFIRMED_SERVICE_ERROR) => Ok(0..len),
            _ if required != Protection::NONE => Err(SecurityError::WeakerThanPolicy.into()),
            _ => Ok(0..len),
        }
    }

    /// Why xDLMS refused, as far as it can be told.
    fn initiate_error(&mut self, room: &mut [u8], len: usize) -> Option<ConfirmedServiceError> {
        let plain = self.open_initiate(room, len).ok()?;
        ConfirmedServiceError::from_bytes(room.get(plain)?).ok()
    }

    /// Starts the third pass: our answer to the server's challenge.
    fn put_hls_reply(&mut self, mechanism: MechanismName) -> Result<(), ClientError> {
        let exchange = self.hls_exchange(mechanism)?;
        let (ctos, stoc) = (exchange.0, exchange.1);
        let exchange = hls::Exchange { own: ctos.as_slice(), peer: stoc.as_slice(), ..exchange.2 };
        let token = hls::token(&self.security, &mut self.crypto, &mut self.counters, &exchange)?;
        self.exchange = Exchange::Authenticate;
        if let Some(handler) = self.by_short_names() {
            return (handler.take)(self, Step::ReplyToHls(token.as_slice()));
        }
        let invoke = self.next_invoke();
        let request = dlms_core::apdu::ActionRequest::Normal {
            invoke,
            method: REPLY_TO_HLS,
            parameters: Some(Data::OctetString(token.as_slice())),
        };
        self.put(&request)
    }

    /// The challenges, ours first, and the mechanism.
    fn hls_exchange(
        &self,
        mechanism: MechanismName,
    ) -> Result<(Challenge, Challenge, hls::Exchange<'static>), ClientError> {
        let (Some(ctos), Some(stoc)) = (self.ctos, self.stoc) else {
            return Err(Misbehaviour::Missing("the challenge").into());
        };
        let mechanism = self::mechanism(mechanism)?;
        let setup = self.security.setup();
        let secret = KeyId { setup, kind: KeyKind::Secret(self.config.saps.client) };
        Ok((ctos, stoc, hls::Exchange { mechanism, secret, own: &[], peer: &[] }))
    }

    /// The fourth pass lies at `plain`: the server's answer to our challenge.
    pub(super) fn accept_hls(&mut self, plain: Range<usize>) -> Result<(), ClientError> {
        let bytes = self.rx.as_slice().get(plain.clone()).unwrap_or_default();
        let ActionResponse::Normal { invoke, response } = ActionResponse::from_bytes(bytes)? else {
            return Err(Misbehaviour::UnexpectedApdu(tag::ACTION_RESPONSE).into());
        };
        if !self.answers(invoke) {
            return Ok(());
        }
        if !response.result.is_success() {
            return Err(Refusal::Action(response.result).into());
        }
        let Some(GetDataResult::Data(Data::OctetString(token))) = response.return_parameters else {
            return Err(Misbehaviour::Missing("the server's answer to the challenge").into());
        };
        let start = plain.end.saturating_sub(token.len());
        self.accept_hls_token(start..plain.end)
    }

    /// The server's token lies at `token`: with it the association stands, if it is the right one.
    pub(super) fn accept_hls_token(&mut self, token: Range<usize>) -> Result<(), ClientError> {
        let Authentication::Hls(mechanism) = self.config.authentication else { return Ok(()) };
        let (ctos, stoc, exchange) = self.hls_exchange(mechanism)?;
        let exchange = hls::Exchange { own: ctos.as_slice(), peer: stoc.as_slice(), ..exchange };
        let token = self.rx.as_slice().get(token).unwrap_or_default();
        hls::verify(&self.security, &mut self.crypto, &mut self.replay, &exchange, token)?;
        self.phase = Phase::Associated;
        self.finish(Event::Associated);
        Ok(())
    }

    /// The server let go.
    pub(super) fn accept_release(&mut self) -> Result<(), ClientError> {
        self.deadline = None;
        self.exchange = Exchange::Disconnect { closing: false };
        Ok(())
    }

    /// Forgets the association and what was secret in it.
    pub(super) fn end_association(&mut self) {
        self.security.forget_keys(&mut self.crypto);
        self.phase = Phase::Idle;
        (self.ctos, self.stoc) = (None, None);
        self.names_read = false;
    }
}

/// The mechanism of high level security with this name.
fn mechanism(name: MechanismName) -> Result<Mechanism, Misuse> {
    let mechanism = name.id().and_then(Mechanism::from_id);
    mechanism.ok_or(Misuse::Incomplete("a mechanism of high level security"))
}
