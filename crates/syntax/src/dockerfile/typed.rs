//! What `dockerfile-parser` is asked: one instruction on one line, never a file.
//!
//! Its grammar recurses per continuation line and per escape in a string, so it gets a joined
//! line whose escapes are masked, both at the same length: its spans are offsets of that line.

use std::ops::Range;

use dockerfile_parser::{Dockerfile, Instruction, Span};

/// The elements of the JSON array of strings that `args` is, each with its text; none if it is
/// not one and so, for BuildKit, shell form.
pub(super) fn exec_form(args: &str) -> Option<Vec<(Range<usize>, String)>> {
    const KEYWORD: &str = "CMD ";
    if !args.starts_with('[') {
        return None;
    }
    let parsed = Dockerfile::parse(&format!("{KEYWORD}{}", mask_escapes(args))).ok()?;
    let [Instruction::Cmd(cmd)] = parsed.instructions.as_slice() else {
        return None;
    };
    let array = cmd.as_exec()?;
    let mut last = 1;
    let mut elements = vec![];
    for element in &array.elements {
        let range = offset(element.span, KEYWORD.len());
        last = range.end;
        // The crate takes 'single quotes' too; JSON does not.
        elements.push((range.clone(), json_string(args.get(range)?)?));
    }
    // Nor does JSON take a comma after the last element.
    (args.get(last..)?.trim() == "]").then_some(elements)
}

/// The image and the alias of a `FROM` as the crate's grammar of image references finds them.
pub(super) fn from(args: &str) -> Result<(Range<usize>, Option<Range<usize>>), String> {
    const KEYWORD: &str = "FROM ";
    let parsed = Dockerfile::parse(&format!("{KEYWORD}{}", one_line(args)));
    match parsed.map(|file| file.instructions) {
        Ok(instructions) => match instructions.as_slice() {
            [Instruction::From(from)] => Ok((
                offset(from.image.span, KEYWORD.len()),
                from.alias
                    .as_ref()
                    .map(|alias| offset(alias.span, KEYWORD.len())),
            )),
            _ => Err(String::new()),
        },
        Err(dockerfile_parser::Error::GenericParseError { message }) => Err(message),
        Err(_) => Err(String::new()),
    }
}

fn offset(span: Span, by: usize) -> Range<usize> {
    span.start.saturating_sub(by)..span.end.saturating_sub(by)
}

/// `text` at the same length without line ends: to the crate, a lone carriage return is one.
fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

/// `text` at the same length, with letters for each backslash and what it escapes.
fn mask_escapes(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            let escaped = chars.next().map_or(0, char::len_utf8);
            masked.extend(std::iter::repeat_n('x', 1 + escaped));
        } else {
            masked.push(c);
        }
    }
    one_line(&masked)
}

/// The text of a JSON string, quotes included.
fn json_string(raw: &str) -> Option<String> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c < ' ' {
            return None;
        }
        if c != '\\' {
            text.push(c);
            continue;
        }
        text.push(match chars.next()? {
            c @ ('"' | '\\' | '/') => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let digits: String = chars.by_ref().take(4).collect();
                let code = (digits.len() == 4).then(|| u32::from_str_radix(&digits, 16));
                // A half of a surrogate pair is no character: Go writes U+FFFD for it.
                char::from_u32(code?.ok()?).unwrap_or('\u{fffd}')
            }
            _ => return None,
        });
    }
    Some(text)
}
