use cosem_classes::model::Member;
use dlms_core::apdu::{
    AttributeDescriptor, AttributeSelection, DataAccessResult, List, MethodDescriptor, ReadRequest,
    UnconfirmedWriteRequest, VariableAccessSpecification as Specification, WriteRequest, tag,
};
use dlms_core::codec::{Decode, DecodeError};
use dlms_core::data::Data;

use super::directory::{Named, find};
use crate::server::device::LogicalDevice;
use crate::server::site::Site;

/// What a Read or a Write names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::server) enum Variable<'a> {
    /// An attribute, or a part of one.
    Attribute(AttributeSelection<'a>),
    /// A method, with the parameter if it came with the name.
    Method(MethodDescriptor, Option<Data<'a>>),
}

impl<D: LogicalDevice> Site<'_, D> {
    /// The attribute or method that a specification names.
    ///
    /// # Errors
    /// There is none, or the specification is one of blocks.
    pub(in crate::server) fn variable<'a>(
        &self,
        specification: &Specification<'a>,
    ) -> Result<Variable<'a>, DataAccessResult> {
        let (short_name, selection) = match specification {
            Specification::VariableName(name) => (*name, None),
            Specification::ParameterizedAccess { variable_name, selection } => {
                (*variable_name, Some(*selection))
            }
            _ => return Err(DataAccessResult::ScopeOfAccessViolated),
        };
        let Named { class_id, logical_name, member } =
            find(&self.listed(), short_name).ok_or(DataAccessResult::ObjectUndefined)?;
        Ok(match member {
            Member::Attribute(id) => {
                let attribute = AttributeDescriptor::new(class_id, logical_name, id);
                Variable::Attribute(AttributeSelection { attribute, selection })
            }
            Member::Method(id) => {
                let method = MethodDescriptor::new(class_id, logical_name, id);
                Variable::Method(method, selection.map(|selection| selection.parameters))
            }
        })
    }
}

/// Whether it is a part of a long request or answer, which stands alone.
pub(super) const fn is_block(specification: &Specification<'_>) -> bool {
    !matches!(specification, Specification::VariableName(_) | Specification::ParameterizedAccess { .. })
}

/// The attribute with this number, of the variables in `bytes`, and how many there are.
#[allow(clippy::type_complexity, reason = "as an item of a GET")]
pub(in crate::server) fn nth_variable<'a, D: LogicalDevice>(
    site: &Site<'_, D>,
    bytes: &'a [u8],
    index: usize,
) -> Option<(Result<AttributeSelection<'a>, DataAccessResult>, Option<usize>)> {
    let variables = variables(bytes).ok()?;
    let item = site.variable(&variables.iter().nth(index)?).and_then(|variable| match variable {
        Variable::Attribute(item) => Ok(item),
        // What invokes methods is carried out at once, not here.
        Variable::Method(..) => Err(DataAccessResult::ReadWriteDenied),
    });
    Some((item, Some(variables.len())))
}

/// The variables at the front of `bytes`, which values may follow.
pub(super) fn variables(bytes: &[u8]) -> Result<List<'_, Specification<'_>>, DecodeError> {
    List::decode(&mut dlms_core::codec::Reader::new(bytes))
}

/// Tries to read a request that was only encrypted, if it is one of these services.
pub(in crate::server) fn variables_decode(plain: &[u8]) -> Option<Result<(), DecodeError>> {
    Some(match plain.first().copied()? {
        tag::READ_REQUEST => ReadRequest::from_bytes(plain).map(|_| ()),
        tag::WRITE_REQUEST => WriteRequest::from_bytes(plain).map(|_| ()),
        tag::UNCONFIRMED_WRITE_REQUEST => UnconfirmedWriteRequest::from_bytes(plain).map(|_| ()),
        _ => return None,
    })
}
