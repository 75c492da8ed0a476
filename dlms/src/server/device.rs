use cosem_classes::model::{AccessRights, Objects};
use dlms_core::crypto::CryptoProvider;
use dlms_security::certificate::{CertificateStore, NoCertificates};
use dlms_security::{
    CounterStore, InvocationCounters, Protection, ReplayMemory, ReplayWindows, SecurityPolicy,
};

use super::{AssociationConfig, DeviceConfig, LogicalNamesOnly, ShortNames};

/// A logical device: what all connections to it share.
///
/// `O` are its objects, `C` is the cryptographic provider, `S` the store of the invocation counters, `R` the rights;
/// `N` is the number of associations it offers at most, `P` the number of clients whose counters it remembers, `M` the
/// short names of its objects, where it has any.
#[derive(Debug)]
pub struct Device<
    'a,
    O,
    C,
    S,
    R,
    const N: usize = 4,
    const P: usize = 8,
    M = LogicalNamesOnly,
    K = NoCertificates,
> {
    /// Its objects; the current association, SAP assignment, Security setup and invocation counter are built in.
    pub objects: O,
    /// The keys.
    pub crypto: C,
    /// The counters to send under.
    pub counters: InvocationCounters<S>,
    /// The counters received.
    pub replay: ReplayWindows<P>,
    /// Who may do what.
    pub rights: R,
    /// The certificates that its Security setup keeps; with a store for them, that is of version 1.
    pub certificates: K,
    pub(super) config: DeviceConfig<'a>,
    pub(super) associations: [Option<AssociationConfig>; N],
    pub(super) policy: SecurityPolicy,
    pub(super) names: M,
}

impl<'a, O: Objects, C: CryptoProvider, S: CounterStore, R: AccessRights, const N: usize, const P: usize>
    Device<'a, O, C, S, R, N, P>
{
    /// A device that offers no association yet, without a security policy. It serves clients that reference by
    /// logical names.
    #[must_use]
    pub const fn new(
        config: DeviceConfig<'a>,
        objects: O,
        rights: R,
        crypto: C,
        counters: InvocationCounters<S>,
    ) -> Self {
        Self {
            objects,
            crypto,
            counters,
            replay: ReplayWindows::new(),
            rights,
            config,
            associations: [const { None }; N],
            policy: SecurityPolicy { request: Protection::NONE, response: Protection::NONE },
            names: LogicalNamesOnly,
            certificates: NoCertificates,
        }
    }
}

impl<'a, O, C, S, R, const N: usize, const P: usize, M, K> Device<'a, O, C, S, R, N, P, M, K> {
    /// The same device, that serves clients which reference by short names too: its objects have those that `names`
    /// gives them.
    #[must_use]
    pub fn with_short_names<M2: ShortNames>(self, names: M2) -> Device<'a, O, C, S, R, N, P, M2, K> {
        let Self {
            objects,
            crypto,
            counters,
            replay,
            rights,
            config,
            associations,
            policy,
            certificates,
            ..
        } = self;
        Device {
            objects,
            crypto,
            counters,
            replay,
            rights,
            config,
            associations,
            policy,
            names,
            certificates,
        }
    }

    /// The same device, that keeps certificates: its Security setup is of version 1, with key agreement and all.
    #[cfg(feature = "certificates")]
    #[must_use]
    pub fn with_certificates<K2: CertificateStore>(
        self,
        certificates: K2,
    ) -> Device<'a, O, C, S, R, N, P, M, K2> {
        let Self { objects, crypto, counters, replay, rights, config, associations, policy, names, .. } =
            self;
        Device {
            objects,
            crypto,
            counters,
            replay,
            rights,
            config,
            associations,
            policy,
            names,
            certificates,
        }
    }

    /// Offers an association, or gives it back where there is no room for another.
    ///
    /// # Errors
    /// There are `N` already.
    #[allow(
        clippy::result_large_err,
        reason = "there is no heap to put it on, and it is given back at the start only"
    )]
    pub fn offer(&mut self, association: AssociationConfig) -> Result<(), AssociationConfig> {
        match self.associations.iter_mut().find(|slot| slot.is_none()) {
            Some(slot) => {
                *slot = Some(association);
                Ok(())
            }
            None => Err(association),
        }
    }

    /// The security policy in force (Security setup, attribute 2).
    #[must_use]
    pub const fn policy(&self) -> SecurityPolicy {
        self.policy
    }

    /// Sets the security policy: the owner's right, where a client can only strengthen it.
    pub const fn set_policy(&mut self, policy: SecurityPolicy) {
        self.policy = policy;
    }

    /// How it is configured.
    #[must_use]
    pub const fn config(&self) -> &DeviceConfig<'a> {
        &self.config
    }
}

/// A logical device as a connection uses it: [`Device`] with its type parameters put away.
pub trait LogicalDevice {
    /// Its objects.
    type Objects: Objects;
    /// Its cryptographic provider.
    type Crypto: CryptoProvider;
    /// The store of its invocation counters.
    type Store: CounterStore;
    /// What remembers the counters received.
    type Replay: ReplayMemory;
    /// Its rights.
    type Rights: AccessRights;
    /// The short names of its objects.
    type Names: ShortNames;
    /// Its certificates.
    type Certificates: CertificateStore;

    /// All its parts at once.
    fn parts(&mut self) -> Parts<'_, Self>;

    /// How it is configured.
    fn config(&self) -> &DeviceConfig<'_>;
}

/// The parts of a logical device, each to itself.
#[allow(missing_debug_implementations, reason = "a handful of borrows for the length of a call")]
pub struct Parts<'p, D: LogicalDevice + ?Sized> {
    pub(super) objects: &'p mut D::Objects,
    pub(super) crypto: &'p mut D::Crypto,
    pub(super) counters: &'p mut InvocationCounters<D::Store>,
    pub(super) replay: &'p mut D::Replay,
    pub(super) rights: &'p D::Rights,
    pub(super) config: &'p DeviceConfig<'p>,
    pub(super) associations: &'p mut [Option<AssociationConfig>],
    pub(super) policy: &'p mut SecurityPolicy,
    pub(super) names: &'p D::Names,
    #[cfg(feature = "certificates")]
    pub(super) certificates: &'p mut D::Certificates,
}

impl<
    O: Objects,
    C: CryptoProvider,
    S: CounterStore,
    R: AccessRights,
    const N: usize,
    const P: usize,
    M: ShortNames,
    K: CertificateStore,
> LogicalDevice for Device<'_, O, C, S, R, N, P, M, K>
{
    type Objects = O;
    type Crypto = C;
    type Store = S;
    type Replay = ReplayWindows<P>;
    type Rights = R;
    type Names = M;
    type Certificates = K;

    fn parts(&mut self) -> Parts<'_, Self> {
        Parts {
            objects: &mut self.objects,
            crypto: &mut self.crypto,
            counters: &mut self.counters,
            replay: &mut self.replay,
            rights: &self.rights,
            config: &self.config,
            associations: &mut self.associations,
            policy: &mut self.policy,
            names: &self.names,
            #[cfg(feature = "certificates")]
            certificates: &mut self.certificates,
        }
    }

    fn config(&self) -> &DeviceConfig<'_> {
        &self.config
    }
}
