use super::*;

fn written(fields: &[(&str, &[u8])]) -> Arc<[u8]> {
    let mut writer = Writer::new(Head::new("Shop"), 0);
    for (name, value) in fields {
        writer.field(name, value);
    }
    writer.finish().unwrap()
}

#[test]
fn fields_are_read_as_they_were_written() {
    let long = vec![b'7'; 70_000];
    let bytes = written(&[("user", b"null"), ("", b""), ("länge", &long)]);
    let fields = Fields::parse(&bytes).unwrap();
    assert_eq!(fields.find("user"), Some(&b"null"[..]));
    assert_eq!(fields.find(""), Some(&b""[..]));
    assert_eq!(fields.find("länge"), Some(&long[..]));
    assert_eq!(fields.find("cart"), None);
}

#[test]
fn a_newer_version_is_read_if_it_says_that_it_can_be() {
    let newer = |oldest| [2, oldest, 0, 1, b'S', 1, b'a', 1, b'1'];
    assert_eq!(Fields::parse(&newer(2)).unwrap_err(), FieldsError::Version(2));
    assert_eq!(Fields::parse(&newer(1)).unwrap().find("a"), Some(&b"1"[..]));
    // Written again, it still says what a reader must know.
    let mut writer = Writer::again(&newer(1));
    writer.field("a", b"1");
    assert_eq!(*writer.finish().unwrap(), newer(1));
}

#[test]
fn every_prefix_that_cuts_a_field_is_an_error() {
    let bytes = written(&[("user", b"\"ann\""), ("visits", b"12345")]);
    let head = 4 + "Shop".len();
    let whole = [head, head + 1 + 4 + 1 + 5, bytes.len()];
    for length in 0..=bytes.len() {
        assert_eq!(Fields::parse(&bytes[..length]).is_ok(), whole.contains(&length), "{length}");
    }
}

#[test]
fn a_claimed_length_allocates_nothing() {
    let claims = [1, 1, 0, 0, 1, b'a', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    assert!(matches!(Fields::parse(&claims), Err(FieldsError::Malformed(_))));
    assert!(matches!(
        Fields::parse(&[1, 1, 0, 0, 1, b'a', 0xff, 0xff, 0x7f]),
        Err(FieldsError::Malformed(_))
    ));
}

#[test]
fn entries_of_the_engine_are_found_replaced_and_removed_in_any_order() {
    let plain = written(&[("user", b"1")]);
    let names = ["", ".a", ".b"];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]] {
        let mut bytes = Arc::clone(&plain);
        for nth in order {
            bytes = with_entry(&bytes, names[nth], Some(b"old")).unwrap();
            bytes = with_entry(&bytes, names[nth], Some(names[nth].as_bytes())).unwrap();
        }
        for name in names {
            assert_eq!(entry(&bytes, name), Some(name.as_bytes()), "{order:?}");
        }
        assert_eq!(entry(&bytes, ".c"), None);
        assert_eq!(Fields::parse(&bytes).unwrap().find("user"), Some(&b"1"[..]));
        for name in names {
            bytes = with_entry(&bytes, name, None).unwrap();
            assert_eq!(entry(&bytes, name), None);
        }
        assert_eq!(bytes, plain);
    }
}

#[test]
fn a_field_named_twice_is_an_error() {
    let bytes = written(&[("user", b"1"), ("user", b"2")]);
    assert!(matches!(Fields::parse(&bytes), Err(FieldsError::Malformed(_))));
}

#[test]
fn a_field_named_twice_is_an_error_among_any_number_of_others() {
    let names: Vec<_> = (0..40).map(|number| format!("field-{number}")).collect();
    for count in [2, 15, 16, 17, 40] {
        let mut fields: Vec<(&str, &[u8])> =
            names[..count].iter().map(|name| (&**name, &b"1"[..])).collect();
        assert!(Fields::parse(&written(&fields)).is_ok(), "{count}");
        fields[count - 1].0 = "field-0";
        assert!(Fields::parse(&written(&fields)).is_err(), "{count}");
    }
}

#[test]
fn a_value_of_any_length_is_read_as_it_was_written() {
    for length in [0, 1, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152] {
        let value = vec![b'7'; length];
        let bytes = written(&[("a", &value), ("b", b"1")]);
        let fields = Fields::parse(&bytes).unwrap();
        assert_eq!(fields.find("a"), Some(&value[..]), "{length}");
        assert_eq!(fields.find("b"), Some(&b"1"[..]), "{length}");
    }
}
