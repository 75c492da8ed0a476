mod certificate;
mod chain;
mod error;
mod extensions;
mod name;
mod request;
mod signature;
mod stored;

pub use certificate::Certificate;
pub use chain::{Authorities, Authority, Expected, check, check_authority};
pub use error::CertificateError;
pub use request::{CertificateRequest, write_request};
pub use stored::find;
