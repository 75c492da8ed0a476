use core::ops::Range;

use cosem_classes::model::{AccessMode, Effect};
use cosem_classes::security_setup::KeyData;
use dlms_core::apdu::{ActionRequest, ActionResult, List, MethodDescriptor};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Writer};
use dlms_core::crypto::{KeyId, KeyKind};
use dlms_core::data::{Array, Data, DataType};
use dlms_core::link::{Link, Saps};
use dlms_security::{CounterId, CounterStore, InvocationCounters, Protection, ReplayMemory};

use super::Connection;
use super::association::Association;
use super::built_in::{BuiltIn, association_method, install_keys};
use super::device::{LogicalDevice, Parts};
use super::effect::perform;
use super::event::{Event, Events};
use super::request::Request;
use super::short_name::ShortNames;
use super::site::{Site, Target, permit};

/// Invokes methods, one after the other.
pub(super) struct Invoke<'i, 'd, D: LogicalDevice> {
    pub(super) site: &'i mut Site<'d, D>,
    pub(super) association: &'i Association,
    pub(super) peer: Saps,
    pub(super) protection: Protection,
    pub(super) scratch: &'i mut [u8],
    pub(super) events: &'i mut Events,
    /// Which of the methods brought new keys.
    pub(super) new_keys: Option<usize>,
}

impl<D: LogicalDevice> Invoke<'_, '_, D> {
    /// Invokes a method; the octets of its result in `room`.
    ///
    /// # Errors
    /// It is refused, or its result does not fit.
    pub(super) fn one(
        &mut self,
        index: usize,
        method: &MethodDescriptor,
        parameter: Result<Data<'_>, ActionResult>,
        room: &mut [u8],
    ) -> Result<usize, ActionResult> {
        let result = self.try_one(index, method, parameter, room);
        self.events.push(Event::Invoked(self.peer, *method, result.err().unwrap_or(ActionResult::Success)));
        result
    }

    fn try_one(
        &mut self,
        index: usize,
        method: &MethodDescriptor,
        parameter: Result<Data<'_>, ActionResult>,
        room: &mut [u8],
    ) -> Result<usize, ActionResult> {
        let refused = |error: dlms_core::apdu::DataAccessResult| ActionResult::from_code(error.code());
        let (target, mode) = self.site.method(self.peer.client, method).map_err(refused)?;
        permit(mode, AccessMode::INVOKE, self.protection).map_err(refused)?;
        let parameter = parameter?;
        let mut w = Writer::new(room);
        let id = method.id;
        let of_association = match target {
            Target::AssociationSn if D::Names::SERVED => {
                association_method(self.site, self.association, self.protection, id, parameter, &mut w)
            }
            _ => None,
        };
        let effect = match of_association {
            Some(done) => done?,
            None => self
                .site
                .with(target, self.association, |object| object.invoke(id, parameter, &mut w))
                .map_err(refused)??,
        };
        let Ok(result) = w.finish() else {
            // The client does not learn of what it agreed on.
            #[cfg(feature = "certificates")]
            self.site.agreed.discard(self.site.parts.crypto);
            return Err(ActionResult::OtherReason);
        };
        let len = result.len();
        match (effect, target) {
            (Effect::None, Target::BuiltIn(BuiltIn::SecuritySetup)) if id == 2 => self.new_keys = Some(index),
            (Effect::None, _) => {}
            // A push that nobody is told of would be lost: there has to be room for this and for the invocation.
            (Effect::Push, Target::Own(_)) if self.events.has_room(2) => {
                self.events.push(Event::Push(self.peer, method.logical_name));
            }
            (Effect::Push, Target::Own(_)) => return Err(ActionResult::TemporaryFailure),
            (effect, Target::Own(index)) => {
                perform(self.site.parts.objects, index, effect, self.scratch)?;
            }
            (_, Target::BuiltIn(_) | Target::AssociationSn) => return Err(ActionResult::OtherReason),
        }
        Ok(len)
    }
}

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Installs keys that came with the request at `first`, in its blocks if they are at `raw`; their counters start again.
    pub(super) fn install<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        keys: usize,
        first: &Range<usize>,
        raw: Option<Range<usize>>,
    ) {
        self.install_from(site, request, |rx| {
            let bytes = rx.get(first.clone()).unwrap_or_default();
            let raw = raw.and_then(|raw| rx.get(raw)).unwrap_or_default();
            match ActionRequest::from_bytes(bytes) {
                Ok(ActionRequest::Normal { parameters, .. }) => parameters,
                Ok(ActionRequest::WithFirstPblock { .. }) => Data::from_bytes(raw).ok(),
                Ok(ActionRequest::WithList { parameters, .. }) => parameters.iter().nth(keys),
                Ok(ActionRequest::WithListAndFirstPblock { .. }) => {
                    List::from_bytes(raw).ok().and_then(|parameters| parameters.iter().nth(keys))
                }
                _ => None,
            }
        });
    }

    /// Installs the keys that `parameter` finds in the receive buffer; their counters start again.
    pub(super) fn install_from<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        parameter: impl FnOnce(&[u8]) -> Option<Data<'_>>,
    ) {
        let parameter = parameter(self.rx.as_slice());
        let Some(keys) = parameter.and_then(<Array<KeyData> as DataType>::from_data) else { return };
        let Some(association) = self.associations.get(request.slot) else { return };
        let setup = association.security.setup();
        let Parts { crypto, replay, counters, .. } = &mut site.parts;
        install_keys(*crypto, setup, &keys, |key| restart(*replay, counters, key));
    }

    /// Installs keys that were agreed on, once all of the answer is sealed; their counters start again.
    #[cfg(feature = "certificates")]
    pub(super) fn install_agreed<D: LogicalDevice>(&mut self, site: &mut Site<'_, D>) {
        if self.transfer.is_some() {
            core::mem::swap(&mut site.agreed, &mut self.agreed);
            return;
        }
        let Parts { crypto, replay, counters, .. } = &mut site.parts;
        site.agreed.install(*crypto, |key| restart(*replay, counters, key));
    }
}

/// A key was replaced: its counters start again, in both directions.
fn restart<S: CounterStore>(
    replay: &mut impl ReplayMemory,
    counters: &mut InvocationCounters<S>,
    key: KeyId,
) {
    let broadcast = match key.kind {
        KeyKind::GlobalUnicastEncryption => false,
        KeyKind::GlobalBroadcastEncryption => true,
        _ => return,
    };
    replay.forget(key);
    // Should the store fail, counting goes on where it was: no value is used twice either way.
    let _ = counters.restart_with_new_key(CounterId { setup: key.setup, broadcast });
}
