use dlms_core::acse::{AcseDiagnostic, AssociationResult};
use dlms_core::apdu::{
    ActionResult, ConfirmedServiceError, Conformance, DataAccessResult, ExceptionResponse,
};
use dlms_core::codec::{DecodeError, Overflow};
use dlms_core::link::LinkError;
use dlms_security::SecurityError;

/// Why a client's request failed, and whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The bytes: what the peer sent is not what it should be.
    #[error("malformed answer: {0}")]
    Malformed(#[from] DecodeError),
    /// The line.
    #[error("link: {0}")]
    Link(#[from] LinkError),
    /// The clock: no answer in time.
    #[error("no answer in time ({0:?} timer)")]
    Timeout(Timer),
    /// The peer, breaking the rules.
    #[error("the server broke the protocol: {0}")]
    Misbehaviour(#[from] Misbehaviour),
    /// The peer, not trusted.
    #[error("security: {0}")]
    Security(#[from] SecurityError),
    /// Nobody: the answer is no.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Nobody: what was being read is wanted no more.
    #[error("abandoned")]
    Abandoned,
    /// Our buffer.
    #[error("the value does not fit: {0}")]
    Overflow(#[from] Overflow),
    /// Our patience: more than the caller wants to take.
    #[error("the meter sends more than {0}")]
    Limit(#[from] Limit),
    /// The caller.
    #[error("misuse: {0}")]
    Misuse(#[from] Misuse),
}

/// How much the caller wants to take of a meter at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// Rows of a profile.
    #[error("{0} rows")]
    Rows(u32),
    /// Octets of one row.
    #[error("{0} bytes in a row")]
    RowOctets(usize),
}

/// What a timer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Timer {
    /// The answer to a request.
    Response,
    /// Any octet of a connection that has fallen silent.
    Inactivity,
    /// A meter that verifies an image.
    ImageVerification,
    /// A meter that activates an image.
    ImageActivation,
}

/// How a server broke the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misbehaviour {
    /// Another block than the next one.
    #[error("block {found} where {expected} was due")]
    BlockNumber {
        /// The number that was due.
        expected: u32,
        /// The number that came.
        found: u32,
    },
    /// A message that answers nothing that was asked.
    #[error("unexpected message {0:#04x}")]
    UnexpectedApdu(u8),
    /// Another number of results than of items asked for.
    #[error("{found} results for {expected} items")]
    ResultCount {
        /// Items asked for.
        expected: usize,
        /// Results that came.
        found: usize,
    },
    /// A block without an octet, that is not the last: it would never end.
    #[error("empty block")]
    EmptyBlock,
    /// A message without what belongs to it.
    #[error("the meter's message lacks {0}")]
    Missing(&'static str),
    /// An APDU larger than what was agreed.
    #[error("message of {0} bytes, more than agreed")]
    TooLong(usize),
    /// Another set of keys than was asked to agree on.
    #[error("an agreement on other keys than were asked for")]
    OtherKeys,
    /// The capture objects of a profile that are no list of columns.
    #[error("the capture objects are no list of columns")]
    Columns,
    /// A buffer of a profile that is neither an array nor a compact array of structures.
    #[error("the buffer holds no rows")]
    NoRows,
    /// A row with more or fewer values than there are columns.
    #[error("a row of {found} values in {expected} columns")]
    RowWidth {
        /// Columns there are.
        expected: usize,
        /// Values of the row.
        found: usize,
    },
    /// An image_block_size of 0.
    #[error("it takes images in blocks of no octets")]
    ImageBlockSize,
    /// Blocks of an image that were taken, however often they were sent, and are not there.
    #[error("blocks of the image that it took are not there")]
    ImageBlocks,
    /// An image_transfer_status that what was asked for does not lead to.
    #[error("image_transfer_status {0} after what was done")]
    ImageStatus(u8),
    /// Services accepted that were not proposed, or another protocol version.
    #[error("accepted what was not proposed")]
    Negotiation,
}

/// A plain no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Access to an attribute.
    #[error("refused: {0}")]
    DataAccess(DataAccessResult),
    /// Invocation of a method.
    #[error("refused: {0}")]
    Action(ActionResult),
    /// The association.
    #[error("association rejected: {}, {}", result.name(), diagnostic.name())]
    Association {
        /// For good or for now.
        result: AssociationResult,
        /// Why.
        diagnostic: AcseDiagnostic,
        /// Why xDLMS would not, where it said so.
        service_error: Option<ConfirmedServiceError>,
    },
    /// The request as such.
    #[error("exception: {}, {}", .0.state_error.name(), .0.service_error.name())]
    Exception(ExceptionResponse),
    /// The server gave up the transfer of blocks.
    #[error("the server gave up the block transfer")]
    Aborted,
    /// An image.
    #[error("{0}")]
    Image(#[from] ImageRefusal),
    /// The request as such, in the older form.
    #[error("service error: {0:?}")]
    ServiceError(ConfirmedServiceError),
}

/// Why a meter will not have an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageRefusal {
    /// image_transfer_enabled is false, and was not to be set.
    #[error("image_transfer_enabled is false")]
    Disabled,
    /// It verified the image, and it is not good: damaged, or not for this meter.
    #[error("image verification failed")]
    Verification,
    /// It could not activate the image.
    #[error("image activation failed")]
    Activation,
}

/// A mistake of the caller's: decidable by reading the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// An earlier request is still pending.
    #[error("another request is pending")]
    Busy,
    /// There is no association.
    #[error("not associated")]
    NotAssociated,
    /// There is an association already.
    #[error("associated already")]
    Associated,
    /// The server did not offer the service.
    #[error("not offered by the server: {0:?}")]
    NotNegotiated(Conformance),
    /// The request is longer than the server takes, and cannot go in blocks.
    #[error("request of {needed} bytes, the server takes {max}")]
    TooLong {
        /// Octets of the request.
        needed: usize,
        /// Octets the server takes.
        max: usize,
    },
    /// Too many items in one request.
    #[error("too many items in one request")]
    TooMany,
    /// The configuration asks for what it does not give the means for.
    #[error("the configuration lacks {0}")]
    Incomplete(&'static str),
    /// No short name is known of the attribute or method.
    #[error("no short name is known")]
    NoShortName,
    /// What there is by logical names only.
    #[error("not by short names: {0}")]
    NotByShortNames(&'static str),
    /// There are no such columns in the profile.
    #[error("the profile has {count} columns")]
    NoSuchColumn {
        /// Columns there are.
        count: usize,
    },
    /// No column of the profile is a time to choose rows by.
    #[error("the profile has no column with times; rows can be chosen by number")]
    NoTimes,
    /// An image without octets, or with more than can be counted.
    #[error("an image has 1 to 4294967295 bytes")]
    Image,
    /// There is no such result to fetch.
    #[error("no result to fetch")]
    NoResult,
}
