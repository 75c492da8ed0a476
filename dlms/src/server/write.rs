use cosem_classes::model::{AccessMode, Effect};
use dlms_core::apdu::{AttributeSelection, DataAccessResult};
use dlms_core::data::Data;
use dlms_core::link::Saps;
use dlms_security::Protection;

use super::association::Association;
use super::device::LogicalDevice;
use super::effect::perform;
use super::event::{Event, Events};
use super::site::{Site, Target, permit};

/// Writes attributes, one after the other.
pub(super) struct Write<'w, 'd, D: LogicalDevice> {
    pub(super) site: &'w mut Site<'d, D>,
    pub(super) association: &'w Association,
    pub(super) peer: Saps,
    pub(super) protection: Protection,
    pub(super) scratch: &'w mut [u8],
    pub(super) events: &'w mut Events,
}

impl<D: LogicalDevice> Write<'_, '_, D> {
    /// Writes an attribute; how that ended.
    pub(super) fn one(
        &mut self,
        item: &AttributeSelection<'_>,
        value: Result<Data<'_>, DataAccessResult>,
    ) -> DataAccessResult {
        let result = self.try_one(item, value).err().unwrap_or(DataAccessResult::Success);
        self.events.push(Event::Set(self.peer, item.attribute, result));
        result
    }

    fn try_one(
        &mut self,
        item: &AttributeSelection<'_>,
        value: Result<Data<'_>, DataAccessResult>,
    ) -> Result<(), DataAccessResult> {
        let (target, mode) = self.site.attribute(self.peer.client, &item.attribute)?;
        permit(mode, AccessMode::WRITE, self.protection)?;
        let value = value?;
        let selection = item.selection.as_ref();
        let effect = self
            .site
            .with(target, self.association, |object| object.set(item.attribute.id, selection, value))??;
        match (effect, target) {
            (Effect::None, _) => Ok(()),
            (effect, Target::Own(index)) => perform(self.site.parts.objects, index, effect, self.scratch)
                .map_err(|error| DataAccessResult::from_code(error.code())),
            (_, Target::BuiltIn(_) | Target::AssociationSn) => Err(DataAccessResult::OtherReason),
        }
    }
}
