use crate::codec::codes;

/// ServiceError: what went wrong, in one of the standard's categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ServiceError {
    /// \[0\] `application-reference`.
    #[error("application-reference: {0}")]
    ApplicationReference(ApplicationReferenceError),
    /// \[1\] `hardware-resource`.
    #[error("hardware-resource: {0}")]
    HardwareResource(HardwareResourceError),
    /// \[2\] `vde-state-error`.
    #[error("vde-state-error: {0}")]
    VdeState(VdeStateError),
    /// \[3\] `service`.
    #[error("service: {0}")]
    Service(ServiceSupportError),
    /// \[4\] `definition`.
    #[error("definition: {0}")]
    Definition(DefinitionError),
    /// \[5\] `access`.
    #[error("access: {0}")]
    Access(AccessError),
    /// \[6\] `initiate`.
    #[error("initiate: {0}")]
    Initiate(InitiateError),
    /// \[7\] `load-data-set`.
    #[error("load-data-set: {0}")]
    LoadDataSet(LoadDataSetError),
    /// \[9\] `task`.
    #[error("task: {0}")]
    Task(TaskError),
    /// A category that is reserved or not named.
    #[error("category {category}: {code}")]
    Other {
        /// The category.
        category: u8,
        /// The error in it.
        code: u8,
    },
}

impl ServiceError {
    /// What the category and the code in it mean.
    #[must_use]
    pub const fn from_codes(category: u8, code: u8) -> Self {
        match category {
            0 => Self::ApplicationReference(ApplicationReferenceError::from_code(code)),
            1 => Self::HardwareResource(HardwareResourceError::from_code(code)),
            2 => Self::VdeState(VdeStateError::from_code(code)),
            3 => Self::Service(ServiceSupportError::from_code(code)),
            4 => Self::Definition(DefinitionError::from_code(code)),
            5 => Self::Access(AccessError::from_code(code)),
            6 => Self::Initiate(InitiateError::from_code(code)),
            7 => Self::LoadDataSet(LoadDataSetError::from_code(code)),
            9 => Self::Task(TaskError::from_code(code)),
            _ => Self::Other { category, code },
        }
    }

    /// The number of the category.
    #[must_use]
    pub const fn category(self) -> u8 {
        match self {
            Self::ApplicationReference(_) => 0,
            Self::HardwareResource(_) => 1,
            Self::VdeState(_) => 2,
            Self::Service(_) => 3,
            Self::Definition(_) => 4,
            Self::Access(_) => 5,
            Self::Initiate(_) => 6,
            Self::LoadDataSet(_) => 7,
            Self::Task(_) => 9,
            Self::Other { category, .. } => category,
        }
    }

    /// The code in the category.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::ApplicationReference(error) => error.code(),
            Self::HardwareResource(error) => error.code(),
            Self::VdeState(error) => error.code(),
            Self::Service(error) => error.code(),
            Self::Definition(error) => error.code(),
            Self::Access(error) => error.code(),
            Self::Initiate(error) => error.code(),
            Self::LoadDataSet(error) => error.code(),
            Self::Task(error) => error.code(),
            Self::Other { code, .. } => code,
        }
    }

    /// The name of the category in the standard's words.
    #[must_use]
    pub const fn category_name(self) -> &'static str {
        match self {
            Self::ApplicationReference(_) => "application-reference",
            Self::HardwareResource(_) => "hardware-resource",
            Self::VdeState(_) => "vde-state-error",
            Self::Service(_) => "service",
            Self::Definition(_) => "definition",
            Self::Access(_) => "access",
            Self::Initiate(_) => "initiate",
            Self::LoadDataSet(_) => "load-data-set",
            Self::Task(_) => "task",
            Self::Other { .. } => "other",
        }
    }

    /// The name of the error in the standard's words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ApplicationReference(error) => error.name(),
            Self::HardwareResource(error) => error.name(),
            Self::VdeState(error) => error.name(),
            Self::Service(error) => error.name(),
            Self::Definition(error) => error.name(),
            Self::Access(error) => error.name(),
            Self::Initiate(error) => error.name(),
            Self::LoadDataSet(error) => error.name(),
            Self::Task(error) => error.name(),
            Self::Other { .. } => "other",
        }
    }
}

// The code 0, `other`, is `Other(0)` in all of them.

codes! {
    /// The application cannot be reached or addressed: `application-reference`.
    ApplicationReferenceError, otherwise "other" {
        TimeElapsed = 1 "time-elapsed",
        ApplicationUnreachable = 2 "application-unreachable",
        ApplicationReferenceInvalid = 3 "application-reference-invalid",
        ApplicationContextUnsupported = 4 "application-context-unsupported",
        ProviderCommunicationError = 5 "provider-communication-error",
        DecipheringError = 6 "deciphering-error",
    }
}

codes! {
    /// A means is lacking: `hardware-resource`.
    HardwareResourceError, otherwise "other" {
        MemoryUnavailable = 1 "memory-unavailable",
        ProcessorResourceUnavailable = 2 "processor-resource-unavailable",
        MassStorageUnavailable = 3 "mass-storage-unavailable",
        OtherResourceUnavailable = 4 "other-resource-unavailable",
    }
}

codes! {
    /// The state of the virtual device does not permit it: `vde-state-error`.
    VdeStateError, otherwise "other" {
        NoDlmsContext = 1 "no-dlms-context",
        LoadingDataSet = 2 "loading-data-set",
        StatusNochange = 3 "status-nochange",
        StatusInoperable = 4 "status-inoperable",
    }
}

codes! {
    /// The service cannot be rendered: `service`.
    ServiceSupportError, otherwise "other" {
        PduSize = 1 "pdu-size",
        ServiceUnsupported = 2 "service-unsupported",
    }
}

codes! {
    /// The object is not what was asked for: `definition`.
    DefinitionError, otherwise "other" {
        ObjectUndefined = 1 "object-undefined",
        ObjectClassInconsistent = 2 "object-class-inconsistent",
        ObjectAttributeInconsistent = 3 "object-attribute-inconsistent",
    }
}

codes! {
    /// The object must not or cannot be reached: `access`.
    AccessError, otherwise "other" {
        ScopeOfAccessViolated = 1 "scope-of-access-violated",
        ObjectAccessViolated = 2 "object-access-violated",
        HardwareFault = 3 "hardware-fault",
        ObjectUnavailable = 4 "object-unavailable",
    }
}

codes! {
    /// The xDLMS context is refused: `initiate`.
    InitiateError, otherwise "other" {
        DlmsVersionTooLow = 1 "dlms-version-too-low",
        IncompatibleConformance = 2 "incompatible-conformance",
        PduSizeTooShort = 3 "pdu-size-too-short",
        RefusedByTheVdeHandler = 4 "refused-by-the-VDE-Handler",
    }
}

codes! {
    /// A data set is not loaded: `load-data-set`.
    LoadDataSetError, otherwise "other" {
        PrimitiveOutOfSequence = 1 "primitive-out-of-sequence",
        NotLoadable = 2 "not-loadable",
        DatasetSizeTooLarge = 3 "dataset-size-too-large",
        NotAwaitedSegment = 4 "not-awaited-segment",
        InterpretationFailure = 5 "interpretation-failure",
        StorageFailure = 6 "storage-failure",
        DataSetNotReady = 7 "data-set-not-ready",
    }
}

codes! {
    /// A task is not executed: `task`.
    TaskError, otherwise "other" {
        NoRemoteControl = 1 "no-remote-control",
        TiStopped = 2 "ti-stopped",
        TiRunning = 3 "ti-running",
        TiUnusable = 4 "ti-unusable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn every_pair_of_codes_survives() {
        for category in 0..=0xff {
            for code in 0..=0xff {
                let error = ServiceError::from_codes(category, code);
                assert_eq!((error.category(), error.code()), (category, code));
                assert_eq!(matches!(error, ServiceError::Other { .. }), !matches!(category, 0..=7 | 9));
            }
        }
    }

    #[test]
    fn the_standards_names() {
        // one line a category: the names of the codes from 0 on, and no more
        for (category, names) in [
            (
                0,
                "application-reference: other time-elapsed application-unreachable application-reference-invalid \
                 application-context-unsupported provider-communication-error deciphering-error",
            ),
            (
                1,
                "hardware-resource: other memory-unavailable processor-resource-unavailable \
                 mass-storage-unavailable other-resource-unavailable",
            ),
            (2, "vde-state-error: other no-dlms-context loading-data-set status-nochange status-inoperable"),
            (3, "service: other pdu-size service-unsupported"),
            (4, "definition: other object-undefined object-class-inconsistent object-attribute-inconsistent"),
            (
                5,
                "access: other scope-of-access-violated object-access-violated hardware-fault object-unavailable",
            ),
            (
                6,
                "initiate: other dlms-version-too-low incompatible-conformance pdu-size-too-short \
                 refused-by-the-VDE-Handler",
            ),
            (
                7,
                "load-data-set: other primitive-out-of-sequence not-loadable dataset-size-too-large \
                 not-awaited-segment interpretation-failure storage-failure data-set-not-ready",
            ),
            (9, "task: other no-remote-control ti-stopped ti-running ti-unusable"),
        ] {
            let (category_name, names) = names.split_once(": ").unwrap();
            let mut code = 0;
            for name in names.split_whitespace() {
                let error = ServiceError::from_codes(category, code);
                assert_eq!((error.category_name(), error.name()), (category_name, name));
                code += 1;
            }
            assert_eq!(ServiceError::from_codes(category, code).name(), "other");
        }
    }

    #[test]
    fn words_for_people() {
        assert_eq!(ServiceError::from_codes(6, 3).to_string(), "initiate: pdu-size-too-short");
        assert_eq!(ServiceError::from_codes(6, 0).to_string(), "initiate: other (0)");
        assert_eq!(ServiceError::from_codes(8, 1).to_string(), "category 8: 1");
    }
}
