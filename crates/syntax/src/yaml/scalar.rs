use crate::data::Value;

/// The value of a plain scalar after the YAML 1.2 core schema, but that a number with leading
/// zeros is a string, as `serde_yaml` has it: `012` is eight to some loaders and twelve to others.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        _ => number(text).unwrap_or_else(|| Value::Str(text.into())),
    }
}

fn number(text: &str) -> Option<Value> {
    let radix = |digits: &str, radix| {
        // `from_str_radix` would take another sign.
        let clean = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
        clean
            .then(|| i64::from_str_radix(digits, radix).ok())
            .flatten()
    };
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16).map(Value::Int);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8).map(Value::Int);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        let negative = text.starts_with('-');
        return Some(Value::Float(if negative {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        }));
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        if unsigned.len() > 1 && unsigned.starts_with('0') {
            return None;
        }
        if let Ok(int) = text.parse() {
            return Some(Value::Int(int));
        }
    }
    // What is left of Rust's own float syntax is that of the core schema.
    let float = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    let value: f64 = float.then(|| text.parse().ok()).flatten()?;
    value.is_finite().then_some(Value::Float(value))
}
