use cosem_classes::model::Rows;
use cosem_classes::sap_assignment::{AssignmentView, Serve};
use dlms_core::apdu::DataAccessResult;
use dlms_core::codec::{Encode, Writer};
use dlms_core::data::Octets;

use crate::server::{DeviceConfig, LogicalDevice};

/// Where the logical devices are: SAP and name of each.
pub(in crate::server) struct DeviceAtSap<'a, D> {
    pub(in crate::server) own: &'a DeviceConfig<'a>,
    pub(in crate::server) before: &'a [D],
    pub(in crate::server) after: &'a [D],
}

impl<D: LogicalDevice> DeviceAtSap<'_, D> {
    fn device(&self, index: usize) -> Option<&DeviceConfig<'_>> {
        match index.checked_sub(self.before.len()) {
            None => self.before.get(index).map(LogicalDevice::config),
            Some(0) => Some(self.own),
            Some(after) => self.after.get(after.saturating_sub(1)).map(LogicalDevice::config),
        }
    }
}

impl<D: LogicalDevice> Serve for DeviceAtSap<'_, D> {
    fn sap_assignment_list(&self) -> Result<Rows, DataAccessResult> {
        let count = self.before.len().saturating_add(self.after.len()).saturating_add(1);
        Ok(Rows::first(u32::try_from(count).unwrap_or(u32::MAX)))
    }

    fn sap_assignment(&self, row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
        let device = usize::try_from(row).ok().and_then(|row| self.device(row));
        let device = device.ok_or(DataAccessResult::DataBlockUnavailable)?;
        AssignmentView { sap: device.sap, logical_device_name: Octets(device.name) }.encode(w);
        Ok(())
    }
}
