/// What a string literal, quotes included, says.
pub(super) fn string(literal: &str) -> Box<str> {
    unescape(unquote(literal))
}

/// What a JSX attribute's string says: entities, no escapes.
pub(super) fn jsx_attribute(literal: &str) -> Box<str> {
    entities(unquote(literal)).into()
}

/// What text between JSX tags says: each line is trimmed where it meets another, blank lines are
/// dropped, and the rest is joined by blanks.
pub(super) fn jsx_text(text: &str) -> Box<str> {
    let last = text.lines().count().saturating_sub(1);
    let ends_in_break = text.ends_with('\n');
    let lines = text.lines().enumerate().map(|(at, line)| {
        let line = if at > 0 { line.trim_start() } else { line };
        if at < last || ends_in_break {
            line.trim_end()
        } else {
            line
        }
    });
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    entities(&lines.join(" ")).into()
}

/// The value of a number literal; not a number if it is malformed.
pub(super) fn number(literal: &str) -> f64 {
    let digits = literal.replace('_', "");
    let digits = digits.strip_suffix('n').unwrap_or(&digits);
    let radix = match digits.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => return digits.parse().unwrap_or(f64::NAN),
    };
    let digits = digits.get(2..).unwrap_or_default();
    digits.chars().fold(0.0, |value, digit| {
        let digit = digit.to_digit(radix).map_or(f64::NAN, f64::from);
        value * f64::from(radix) + digit
    })
}

fn unquote(literal: &str) -> &str {
    let Some(quote) = literal.chars().next() else {
        return literal;
    };
    let content = literal.strip_prefix(quote).unwrap_or(literal);
    content.strip_suffix(quote).unwrap_or(content)
}

/// Reads the escapes of a string or template; one that is malformed stays as it is.
pub(super) fn unescape(text: &str) -> Box<str> {
    let Some((clean, _)) = text.split_once('\\') else {
        return text.into();
    };
    let mut out = String::with_capacity(text.len());
    out.push_str(clean);
    let mut rest = text.get(clean.len()..).unwrap_or_default();
    while let Some(escape) = rest.strip_prefix('\\') {
        let (read, after) = read_escape(escape);
        match read {
            Escape::Char(c) => out.push(c),
            Escape::Nothing => {}
            Escape::Malformed => out.push('\\'),
        }
        let end = after.find('\\').unwrap_or(after.len());
        let (clean, next) = after.split_at(end);
        out.push_str(clean);
        rest = next;
    }
    out.into()
}

enum Escape {
    Char(char),
    /// A line break that only continues the line.
    Nothing,
    Malformed,
}

/// Reads what follows a backslash, and gives what follows that.
fn read_escape(text: &str) -> (Escape, &str) {
    let mut chars = text.chars();
    let Some(c) = chars.next() else {
        return (Escape::Malformed, text);
    };
    let rest = chars.as_str();
    let simple = match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '0' => '\0',
        '\r' => return (Escape::Nothing, rest.strip_prefix('\n').unwrap_or(rest)),
        '\n' | '\u{2028}' | '\u{2029}' => return (Escape::Nothing, rest),
        'x' | 'u' => {
            return match read_code(c, rest) {
                Some((c, rest)) => (Escape::Char(c), rest),
                None => (Escape::Malformed, text),
            };
        }
        other => other,
    };
    (Escape::Char(simple), rest)
}

/// Reads `41` of `\x41`, `0041` of `\u0041`, `{41}` of `\u{41}`; a surrogate pair is one character.
fn read_code(sign: char, text: &str) -> Option<(char, &str)> {
    if sign == 'u'
        && let Some(braced) = text.strip_prefix('{')
    {
        let (digits, rest) = braced.split_once('}')?;
        return Some((char::from_u32(hex(digits)?)?, rest));
    }
    let (code, rest) = read_hex(text, if sign == 'x' { 2 } else { 4 })?;
    if (0xD800..0xDC00).contains(&code)
        && let Some((low, rest)) = rest.strip_prefix("\\u").and_then(|text| read_hex(text, 4))
        && (0xDC00..0xE000).contains(&low)
    {
        let code = 0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        return Some((char::from_u32(code)?, rest));
    }
    Some((char::from_u32(code).unwrap_or('\u{FFFD}'), rest))
}

fn read_hex(text: &str, digits: usize) -> Option<(u32, &str)> {
    let (code, rest) = text.split_at_checked(digits)?;
    Some((hex(code)?, rest))
}

fn hex(digits: &str) -> Option<u32> {
    let valid = digits.bytes().all(|b| b.is_ascii_hexdigit());
    valid.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// Reads the character references that texts use; an unknown one stays as it is.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((clean, after)) = rest.split_once('&') {
        out.push_str(clean);
        let read = after
            .split_once(';')
            .and_then(|(name, rest)| Some((entity(name)?, rest)));
        match read {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => hex(digits)?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        "copy" => '©',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn string_escapes() {
        let cases = [
            (r"'plain'", "plain"),
            (r#""a\"b\\c""#, "a\"b\\c"),
            (r"'\n\t\r\b\f\v\0'", "\n\t\r\u{8}\u{c}\u{b}\0"),
            (r"'\x41\u0042\u{43}'", "ABC"),
            (r"'\uD83D\uDE00'", "😀"),
            (r"'\uD83D!'", "\u{FFFD}!"),
            (r"'\xZZ\u{}'", "\\xZZ\\u{}"),
            ("'a\\\r\nb\\\nc'", "abc"),
            (r"'\é\q'", "éq"),
            ("'", ""),
            ("", ""),
            ("'\\", "\\"),
        ];
        for (literal, said) in cases {
            assert_eq!(&*string(literal), said, "{literal}");
        }
    }

    #[test]
    fn jsx_texts() {
        let cases = [
            (" a ", " a "),
            ("\n  one\n  two \n\n", "one two"),
            (
                "Terms &amp; &#65;&#x42; & &unknown; Co",
                "Terms & AB & &unknown; Co",
            ),
            ("a \n b", "a b"),
            ("\r\n", ""),
        ];
        for (text, said) in cases {
            assert_eq!(&*jsx_text(text), said, "{text:?}");
        }
        assert_eq!(&*jsx_attribute(r#""a\n&lt;b""#), r"a\n<b");
    }

    #[test]
    fn numbers() {
        let cases = [
            ("1_000", 1000.0),
            ("0x1F", 31.0),
            ("0b101", 5.0),
            ("0o17", 15.0),
            ("1.5e3", 1500.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("10n", 10.0),
        ];
        for (literal, value) in cases {
            assert_eq!(number(literal), value, "{literal}");
        }
        assert!(number("0xZZ").is_nan());
    }
}
