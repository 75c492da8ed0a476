use dlms_core::apdu::{
    ActionRequest, ActionResult, InvokeIdAndPriority, ReadRequest, SelectiveAccess,
    VariableAccessSpecification, WriteRequest, tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, DecodeError, Writer};
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
use super::short_name::ShortNames;
use super::site::Site;
use crate::association::{REPLY_TO_HLS, REPLY_TO_HLS_SHORT_NAME};

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Takes the third pass of high level security and answers with the fourth. There is one attempt: a client whose
    /// token is wrong has to associate again, and gets another challenge.
    pub(super) fn reply_to_hls<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
    ) -> Result<(), Fault> {
        let bytes = self.rx.as_slice().get(request.plain.clone()).unwrap_or_default();
        let by_short_names = D::Names::SERVED && site.by_short_names;
        let third = if by_short_names { by_short_name(bytes) } else { by_logical_name(bytes) };
        let third = third.map_err(|e| malformed(&mut self.events, request.peer, e))?;
        let (pass, token) = third.ok_or(Fault::NotAssociated)?;
        let association = self.associations.get_mut(request.slot).ok_or(Fault::NotAssociated)?;
        match answer(association, site, token) {
            Ok(token) => {
                association.state = State::Associated;
                self.events.push(Event::Associated(request.peer));
                self.send_token(site, request, pass, token.as_slice())
            }
            Err(error) => {
                insecure(&mut self.events, request.peer, error);
                let denied = ActionResult::ReadWriteDenied.code();
                let sent = match pass {
                    Pass::Action(invoke) => {
                        self.reply(site, request, &[tag::ACTION_RESPONSE, 1, invoke.0, denied, 0])
                    }
                    Pass::Read => self.reply(site, request, &[tag::READ_RESPONSE, 1, 1, denied]),
                    Pass::Write => self.reply(site, request, &[tag::WRITE_RESPONSE, 1, 1, denied]),
                };
                self.end(site, request.peer);
                sent
            }
        }
    }

    fn send_token<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        pass: Pass,
        token: &[u8],
    ) -> Result<(), Fault> {
        // What stands before the octets of a token: at most eight octets of head, type and length.
        let mut apdu = [0; 8 + Token::MAX];
        let mut w = Writer::new(&mut apdu);
        match pass {
            Pass::Action(invoke) => w.array([tag::ACTION_RESPONSE, 1, invoke.0, 0, 1, 0]),
            Pass::Read => w.array([tag::READ_RESPONSE, 1, 0]),
            // The client cannot be told the token, and does without.
            Pass::Write => return self.reply(site, request, &[tag::WRITE_RESPONSE, 1, 0]),
        }
        w.u8(dlms_core::data::tag::OCTET_STRING);
        w.octets(token);
        let apdu = w.finish().map_err(|_| Fault::Unanswerable)?;
        self.reply(site, request, apdu)
    }
}

/// How the third pass came, and the fourth goes.
#[derive(Clone, Copy)]
enum Pass {
    Action(InvokeIdAndPriority),
    Read,
    Write,
}

/// The client's token, if this is the method that carries it.
fn by_logical_name(bytes: &[u8]) -> Result<Option<(Pass, &[u8])>, DecodeError> {
    Ok(match ActionRequest::from_bytes(bytes)? {
        ActionRequest::Normal { invoke, method, parameters: Some(Data::OctetString(token)) }
            if method == REPLY_TO_HLS =>
        {
            Some((Pass::Action(invoke), token))
        }
        _ => None,
    })
}

fn by_short_name(bytes: &[u8]) -> Result<Option<(Pass, &[u8])>, DecodeError> {
    if bytes.first() == Some(&tag::READ_REQUEST) {
        let variables = ReadRequest::from_bytes(bytes)?.variables;
        return Ok(match variables.iter().next().filter(|_| variables.len() == 1) {
            Some(VariableAccessSpecification::ParameterizedAccess {
                variable_name: REPLY_TO_HLS_SHORT_NAME,
                selection: SelectiveAccess { parameters: Data::OctetString(token), .. },
            }) => Some((Pass::Read, token)),
            _ => None,
        });
    }
    let WriteRequest { variables, values } = WriteRequest::from_bytes(bytes)?;
    Ok(match (variables.iter().next().filter(|_| variables.len() == 1), values.iter().next()) {
        (
            Some(VariableAccessSpecification::VariableName(REPLY_TO_HLS_SHORT_NAME)),
            Some(Data::OctetString(token)),
        ) => Some((Pass::Write, token)),
        _ => None,
    })
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
