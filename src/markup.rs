//! Text that is safe in XML and in HTML.

/// The text with the characters of markup written as entities: safe in an element and in a quoted attribute. Control
/// characters become spaces and the two characters that XML does not allow are left out, so that any label gives a document
/// that can be read.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{FFFE}' | '\u{FFFF}' => {}
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_safe_whatever_it_holds() {
        assert_eq!(escaped("a<b & \"c\" 'd'>"), "a&lt;b &amp; &quot;c&quot; &#39;d&#39;&gt;");
        assert_eq!(escaped("one\u{0}two\nthree\u{FFFF}\u{85}"), "one two three ");
    }
}
