use super::*;
use crate::series::Year;

fn series() -> Series {
    Series::new("cases", Year::new(2020).unwrap(), &[3.0, f64::NAN]).unwrap()
}

fn stored() -> String {
    series().to_json().unwrap()
}

fn problem(text: &str) -> String {
    match Series::from_json(text) {
        Err(Error::BadJson { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

fn bytes_problem(bytes: &[u8]) -> String {
    match Series::from_bytes(bytes) {
        Err(Error::BadBytes { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

/// These data under a true header.
fn framed(data: &[u8]) -> Vec<u8> {
    use sha2::Digest as _;
    let mut bytes = b"\x89unjuran\x01\0\0\0\x06series".to_vec();
    bytes.extend_from_slice(&(data.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&sha2::Sha256::digest(data));
    bytes.extend_from_slice(data);
    bytes
}

#[test]
fn another_version_or_type_is_refused_by_name() {
    let later = stored().replace("\"version\":1", "\"version\":9");
    let refused = Error::UnknownVersion { expected: "series".into(), version: 9, known: 1 };
    assert_eq!(Series::from_json(&later).unwrap_err(), refused);
    assert!(problem(&stored().replace("\"type\":\"series\"", "\"type\":\"plan\"")).contains("stored plan"));
    let mut bytes = series().to_bytes().unwrap();
    bytes[8] = 9;
    assert_eq!(Series::from_bytes(&bytes).unwrap_err(), refused);
    let event = Event::new(Year::new(2020).unwrap(), crate::series::EventKind::Step, None);
    assert!(bytes_problem(&event.to_bytes().unwrap()).contains("stored event"));
}

#[test]
fn duplicate_and_unknown_keys_and_overflow_are_refused() {
    assert!(problem(&stored().replace("\"start\":2020", "\"start\":2020,\"start\":2021")).contains("duplicate"));
    assert!(problem(&stored().replace("\"start\":2020", "\"start\":2020,\"stop\":1")).contains("unknown"));
    assert!(problem(&stored().replace("3.0", "1e999")).contains("range"));
    assert!(!problem("[").is_empty());
}

#[test]
fn an_array_of_its_fields_is_no_series() {
    let data = serde_json::to_value(series()).unwrap();
    let order = ["name", "start", "observations"];
    let envelope = |data: &str| format!(r#"{{"format":"unjuran","version":1,"type":"series","data":{data}}}"#);
    assert!(Series::from_json(&envelope(&data.to_string())).is_ok());
    let fields: Vec<String> = order.iter().filter_map(|key| data.get(key)).map(ToString::to_string).collect();
    assert!(problem(&envelope(&format!("[{}]", fields.join(",")))).contains("invalid type: sequence"));
}

#[test]
fn every_truncation_of_text_and_bytes_is_refused() {
    let (text, bytes) = (stored(), series().to_bytes().unwrap());
    for end in 0..text.len() {
        problem(&text[..end]);
    }
    for end in 0..bytes.len() {
        bytes_problem(&bytes[..end]);
    }
}

#[test]
fn every_changed_byte_is_found_by_the_checksum_or_the_header() {
    let bytes = series().to_bytes().unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x40;
        assert!(Series::from_bytes(&changed).is_err(), "byte {at}");
    }
}

#[test]
fn brackets_are_refused_by_depth_and_a_gigabyte_of_them_by_size() {
    assert!(!problem(&"[".repeat(LARGEST)).is_empty());
    // settings before the name are kept until it is known: the one place where nesting would cost memory
    let brackets = |n| format!("{}{}", "[".repeat(n), "]".repeat(n));
    let model = |n| {
        format!(
            r#"{{"format":"unjuran","version":1,"type":"model","data":{{"settings":{},"name":"ETS"}}}}"#,
            brackets(n)
        )
    };
    let refused = AnyModel::from_json(&model(10_000_000)).unwrap_err().to_string();
    assert!(refused.contains("recursion limit"), "{refused}");
    assert!(AnyModel::from_json(&model(10)).unwrap_err().to_string().contains("invalid type"));
    let over = " ".repeat(LARGEST + 1);
    let refused = Error::TooLarge { expected: "series".into(), bytes: LARGEST as u64 + 1, most: LARGEST as u64 };
    assert_eq!(Series::from_json(&over).unwrap_err(), refused);
    assert_eq!(Series::from_bytes(over.as_bytes()).unwrap_err(), refused);
    assert!(bytes_problem(&framed(&vec![0x81; 10_000_000])).contains("128 levels"));
}

#[test]
fn a_length_that_lies_asks_for_no_memory() {
    for head in [
        // arrays, maps and texts of 2^64 - 1 entries
        [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ] {
        assert!(bytes_problem(&framed(&head)).contains("bytes are left"));
    }
    let mut bytes = series().to_bytes().unwrap();
    bytes[19] = 0xff;
    assert!(bytes_problem(&bytes).contains("are said to follow"));
}

#[test]
fn numbers_that_are_not_finite_are_no_numbers_in_any_width() {
    for data in [
        &[0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0][..], // infinity
        &[0xfb, 0xff, 0xf8, 0, 0, 0, 0, 0, 0],     // NaN
        &[0xfa, 0x7f, 0x80, 0, 0],
    ] {
        assert!(bytes_problem(&framed(data)).contains("not finite"), "{data:?}");
    }
}

#[test]
fn kinds_of_cbor_that_are_never_written_are_refused() {
    // a tag, a byte string, an array without length, undefined, a half, a key that is a number, two items
    for data in
        [&[0xc0, 0x60][..], &[0x41, 0], &[0x9f, 0xff], &[0xf7], &[0xf9, 0, 0], &[0xa1, 0, 0], &[0x01, 0x01], &[]]
    {
        assert!(!bytes_problem(&framed(data)).is_empty(), "{data:?}");
    }
}

#[test]
fn a_name_as_long_as_the_file_is_not_repeated_in_the_error() {
    let long = "x".repeat(1_000_000);
    let refused = problem(&stored().replace("\"start\"", &format!("{long:?}")));
    assert!(refused.len() < 400, "{}", refused.len());
}

#[test]
fn every_kind_of_json_comes_back_from_cbor_letter_by_letter() {
    for text in [
        r#"{"a":[0,23,24,255,256,65535,65536,4294967295,4294967296,18446744073709551615,-1,-24,-25,-9223372036854775808]}"#,
        "[0.0,-0.0,1.0,0.1,1e+300,5e-324,-1.7976931348623157e+308,3.4028234663852886e+38,0.3333333432674408]",
        r#"["",{"":null},true,false,[],{},"\"\\\n\u0001 é €",{"2015":{"x":[[[]]]}}]"#,
    ] {
        assert_eq!(cbor::to_json(&cbor::of_json(text).unwrap()).unwrap(), text);
    }
}
