//! Every code has words.
#![cfg(feature = "names")]

use obis::ObisCode;
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_code_is_described(octets: [u8; 6], medium in 0_u8..10) {
        let [_, b, c, d, e, f] = octets;
        for code in [ObisCode::from(octets), ObisCode::new(medium, b, c, d, e, f), ObisCode::new(1, 0, c, d, e, 255)] {
            let text = code.describe().to_string();
            prop_assert!(!text.is_empty() && !text.contains(['{', '}']), "{code}: {text}");
            if let Some(name) = code.name() {
                prop_assert_eq!(name.to_string(), text);
                prop_assert!(!name.classes().is_empty());
            }
        }
    }
}
