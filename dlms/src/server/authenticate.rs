use dlms_core::apdu::{ActionRequest, ActionResult, InvokeIdAndPriority, tag};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Writer};
use dlms_core::crypto::{KeyId, KeyKind};
use dlms_core::data::Data;
use dlms_core::link::Link;
use dlms_security::SecurityError;
use dlms_security::hls::{self, Mechanism, Token};

use super::Connection;
use super::association::{Association, State};
use super::device::LogicalDevice;
use super::event::Event;
use super::fault::Fault;
use super::request::{Request, insecure, malformed};
use super::site::Site;
use crate::association::REPLY_TO_HLS;

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Takes the third pass of high level security and answers with the fourth. There is one attempt: a client whose
    /// token is wrong has to associate again, and gets another challenge.
    pub(super) fn reply_to_hls<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
    ) -> Result<(), Fault> {
        let bytes = self.rx.as_slice().get(request.plain.clone()).unwrap_or_default();
        let action =
            ActionRequest::from_bytes(bytes).map_err(|e| malformed(&mut self.events, request.peer, e))?;
        let ActionRequest::Normal { invoke, method, parameters: Some(Data::OctetString(token)) } = action
        else {
            return Err(Fault::NotAssociated);
        };
        if method != REPLY_TO_HLS {
            return Err(Fault::NotAssociated);
        }
        let association = self.associations.get_mut(request.slot).ok_or(Fault::NotAssociated)?;
        match answer(association, site, token) {
            Ok(token) => {
                association.state = State::Associated;
                self.events.push(Event::Associated(request.peer));
                self.send_token(site, request, invoke, token.as_slice())
            }
            Err(error) => {
                insecure(&mut self.events, request.peer, error);
                let refused = ActionResult::ReadWriteDenied.code();
                let sent = self.reply(site, request, &[tag::ACTION_RESPONSE, 1, invoke.0, refused, 0]);
                self.end(site, request.peer);
                sent
            }
        }
    }

    fn send_token<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        token: &[u8],
    ) -> Result<(), Fault> {
        let mut apdu = [0; 80];
        let mut w = Writer::new(&mut apdu);
        w.array([tag::ACTION_RESPONSE, 1, invoke.0, 0, 1, 0, dlms_core::data::tag::OCTET_STRING]);
        w.octets(token);
        let apdu = w.finish().map_err(|_| Fault::Unanswerable)?;
        self.reply(site, request, apdu)
    }
}

/// Checks the client's token, and makes ours.
fn answer<D: LogicalDevice>(
    association: &Association,
    site: &mut Site<'_, D>,
    token: &[u8],
) -> Result<Token, SecurityError> {
    let (Some(ctos), Some(stoc)) = (association.ctos, association.stoc) else {
        return Err(SecurityError::Challenge);
    };
    let mechanism = association.mechanism.and_then(|m| m.id()).and_then(Mechanism::from_id);
    let setup = association.security.setup();
    let exchange = hls::Exchange {
        mechanism: mechanism.ok_or(SecurityError::Unsupported("this mechanism"))?,
        secret: KeyId { setup, kind: KeyKind::Secret(association.peer.client) },
        own: stoc.as_slice(),
        peer: ctos.as_slice(),
    };
    let parts = &mut site.parts;
    hls::verify(&association.security, parts.crypto, parts.replay, &exchange, token)?;
    hls::token(&association.security, parts.crypto, parts.counters, &exchange)
}
