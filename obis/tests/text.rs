//! Laws of the text forms.
#![cfg(feature = "text")]
#![allow(clippy::unwrap_used)]

use obis::{ObisCode, ParseObisError};
use proptest::prelude::*;

fn code() -> impl Strategy<Value = ObisCode> {
    any::<[u8; 6]>().prop_map(ObisCode::from)
}

/// Text that gets past the first character now and then.
fn noise() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,40}", "[0-9A-FLPx.:*&-]{0,30}", "[0-9]{1,4}([-:.*&][0-9CFLP]{1,4}){0,7}"]
}

proptest! {
    #[test]
    fn full_forms_return(code in code()) {
        let ObisCode { a, b, c, d, e, f } = code;
        for text in [
            code.to_string(),
            format!("{a}.{b}.{c}.{d}.{e}.{f}"),
            format!("{a}.{b}.{c}.{d}.{e}*{f}"),
            format!("{a}-{b}:{c}.{d}.{e}*{f:02}"),
            format!("{a}-{b}:{c}.{d}.{e}&{f}"),
            format!("{a:02X}{b:02X}{c:02X}{d:02X}{e:02X}{f:02X}"),
            format!("{a:02x}{b:02x}{c:02x}{d:02x}{e:02x}{f:02x}"),
        ] {
            prop_assert_eq!(text.parse(), Ok(code), "{}", text);
            prop_assert_eq!(ObisCode::from_full_text(&text), Ok(code), "{}", text);
        }
    }

    #[test]
    fn reduced_forms_return(code in code(), absent in code()) {
        let ObisCode { a, b, c, d, e, f } = code;
        let of = |a, b, e, f| ObisCode::new(a, b, c, d, e, f);
        for (text, code) in [
            (format!("{c}.{d}"), of(absent.a, absent.b, absent.e, absent.f)),
            (format!("{c}.{d}*{f}"), of(absent.a, absent.b, absent.e, f)),
            (format!("{c}.{d}.{e}"), of(absent.a, absent.b, e, absent.f)),
            (format!("{c}.{d}.{e}.{f}"), of(absent.a, absent.b, e, f)),
            (format!("{b}:{c}.{d}.{e}&{f}"), of(absent.a, b, e, f)),
            (format!("{a}-{c}.{d}.{e}"), of(a, absent.b, e, absent.f)),
            (format!("{a}-{b}:{c}.{d}"), of(a, b, absent.e, absent.f)),
            (format!("{a}-{b}:{c}.{d}.{e}"), of(a, b, e, absent.f)),
        ] {
            prop_assert_eq!(ObisCode::from_text_or(&text, absent), Ok(code), "{}", text);
        }
    }

    #[test]
    fn errors_lie_inside_the_text(text in noise()) {
        for result in [text.parse(), ObisCode::from_full_text(&text)] {
            if let Err(ParseObisError { offset, .. }) = result {
                prop_assert!(offset <= text.len());
                prop_assert!(text.is_char_boundary(offset));
            }
        }
    }

    #[test]
    fn what_the_constant_reader_reads_the_grammar_reads(text in noise()) {
        if let Ok(code) = ObisCode::from_full_text(&text) {
            prop_assert_eq!(text.parse(), Ok(code));
        }
    }
}
