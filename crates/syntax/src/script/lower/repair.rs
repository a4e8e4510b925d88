use preflint_core::TextRange;

/// `text` with what the grammar cannot read near `errors` overwritten by something of the same
/// length that it can; `None` if nothing there is known.
///
/// The grammar refuses a bare `&` in JSX text and attributes, which is by far the most frequent
/// error in real code; `export type *`; and `<typeof import('x')>` as a type argument.
pub(super) fn repair(text: &str, errors: &[TextRange]) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut from = 0;
    for error in errors {
        // Errors are in source order: one in lines that were looked at asks for nothing new.
        if (error.end() as usize) <= from {
            continue;
        }
        let (start, end) = lines_around(text, *error);
        let start = start.max(from);
        if start < end {
            repair_lines(text, start..end, &mut bytes);
            from = end;
        }
    }
    // Only ASCII bytes are overwritten, by ASCII bytes.
    String::from_utf8(bytes)
        .ok()
        .filter(|repaired| repaired != text)
}

/// The offsets of the whole lines that a range touches.
fn lines_around(text: &str, range: TextRange) -> (usize, usize) {
    let bytes = text.as_bytes();
    let start = (range.start() as usize).min(bytes.len());
    let end = (range.end() as usize).min(bytes.len());
    let is_break = |&byte: &u8| byte == b'\n';
    let before = bytes.get(..start).unwrap_or_default();
    let after = bytes.get(end..).unwrap_or_default();
    (
        before.iter().rposition(is_break).map_or(0, |at| at + 1),
        after
            .iter()
            .position(is_break)
            .map_or(bytes.len(), |at| end + at),
    )
}

fn repair_lines(text: &str, range: std::ops::Range<usize>, out: &mut [u8]) {
    let start = range.start;
    let Some(lines) = text.get(range) else {
        return;
    };
    for (at, _) in lines.match_indices('&') {
        let (before, after) = lines.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        // `&&` and `&=` are operators.
        let operator = before.ends_with('&') || after.starts_with(['&', '=']);
        if !operator && !is_entity(after) {
            overwrite(out, start + at, b"_");
        }
    }
    for (at, _) in lines.match_indices("export type *") {
        overwrite(out, start + at, b"export      *");
    }
    for (at, _) in lines.match_indices("<typeof import(") {
        let rest = lines.get(at..).unwrap_or_default();
        if let Some(end) = rest.find(")>") {
            overwrite(out, start + at, &vec![b' '; end + 2]);
        }
    }
}

/// Whether `text` goes on like a character reference behind its `&`.
fn is_entity(text: &str) -> bool {
    text.split_once(';').is_some_and(|(name, _)| {
        let name = name.strip_prefix('#').unwrap_or(name);
        (1..=30).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn overwrite(out: &mut [u8], at: usize, with: &[u8]) {
    if let Some(place) = out.get_mut(at..at + with.len()) {
        place.copy_from_slice(with);
    }
}
