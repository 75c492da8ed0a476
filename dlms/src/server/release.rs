use core::ops::Range;

use dlms_core::acse::{ReleaseRequest, ReleaseResponse, ReleaseResponseReason};
use dlms_core::apdu::{DLMS_VERSION, InitiateRequest, InitiateResponse, tag};
use dlms_core::buffer::Buffer;
use dlms_core::codec::Decode;
use dlms_core::link::{Link, Saps};
use dlms_security::{Protection, SecurityError, ServiceCiphering};

use super::Connection;
use super::associate::{INITIATE, forget_keys, seal_initiate};
use super::association::{Association, State};
use super::device::LogicalDevice;
use super::event::Event;
use super::fault::Fault;
use super::request::{decodes, insecure};
use super::site::Site;

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Answers an RLRQ.
    pub(super) fn release<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        peer: Saps,
        apdu: Range<usize>,
    ) {
        let bytes = self.rx.as_slice().get(apdu).unwrap_or_default();
        let request = match ReleaseRequest::from_bytes(bytes) {
            Ok(request) => request,
            Err(error) => {
                self.events.push(Event::Malformed(peer, error));
                return self.answer_fault(peer, Fault::Malformed);
            }
        };
        let mut room = [0; INITIATE];
        let information = request.user_information.unwrap_or_default();
        let len = information.len();
        let Some(copy) = room.get_mut(..len) else { return self.answer_fault(peer, Fault::TooLong) };
        for (slot, octet) in copy.iter_mut().zip(information) {
            *slot = *octet;
        }
        let mut user_information = None;
        let max_receive = self.max_receive(site.parts.config.max_receive_pdu_size);
        if let Some(association) = self.associations.iter_mut().find(|a| a.is_with(peer)) {
            match check(association, site, &mut room, len) {
                Ok((_, Protection::NONE)) => {}
                Ok((form, protection)) => {
                    let answer = InitiateResponse {
                        quality_of_service: None,
                        dlms_version: DLMS_VERSION,
                        conformance: association.conformance,
                        server_max_receive_pdu_size: max_receive,
                        vaa_name: association.vaa_name(),
                    };
                    user_information = seal_initiate(association, site, form, protection, &answer, &mut room);
                }
                // Anyone could end the association otherwise.
                Err(error) => {
                    let fault = insecure(&mut self.events, peer, error);
                    return self.answer_fault(peer, fault);
                }
            }
        }
        let response = ReleaseResponse {
            reason: Some(ReleaseResponseReason::Normal),
            user_information: user_information.and_then(|range| room.get(range)),
        };
        self.answer(peer, &response);
        self.end(site, peer);
    }

    /// Ends the association with a client, if there is one, and what is on its way in it.
    pub(super) fn end<D: LogicalDevice>(&mut self, site: &mut Site<'_, D>, peer: Saps) {
        if self.transfer.as_ref().is_some_and(|transfer| transfer.peer == peer) {
            self.abort_transfer();
        }
        if let Some(association) = self.associations.iter_mut().find(|a| a.is_with(peer)) {
            forget_keys(association, site);
            if association.state == State::Associated {
                self.events.push(Event::Released(peer));
            }
            *association = Association::FREE;
        }
    }
}

/// Checks that a release is protected as the policy demands; how its answer is.
fn check<D: LogicalDevice>(
    association: &mut Association,
    site: &mut Site<'_, D>,
    room: &mut [u8; INITIATE],
    len: usize,
) -> Result<(ServiceCiphering, Protection), SecurityError> {
    let parts = &mut site.parts;
    let offered = parts.associations.get(association.config).and_then(Option::as_ref);
    let policy = offered.map_or(*parts.policy, |offered| offered.policy.union(*parts.policy));
    let (mut form, mut protection) = (ServiceCiphering::Global, Protection::NONE);
    if len > 0 && tag::is_protected(room.first().copied().unwrap_or(0)) {
        let opened =
            association.security.unprotect_with(parts.crypto, parts.replay, room, 0..len, decodes::<D>)?;
        InitiateRequest::from_bytes(room.get(opened.plain).unwrap_or_default())?;
        (form, protection) = (opened.form, opened.protection);
    }
    if association.state == State::Associated && !protection.covers(policy.request) {
        return Err(SecurityError::WeakerThanPolicy);
    }
    if !association.context.is_ciphered() {
        return Ok((form, Protection::NONE));
    }
    // Without ciphering in the request there is none in the answer, unless demanded.
    Ok((form, protection.union(policy.response)))
}
