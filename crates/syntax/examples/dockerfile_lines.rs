//! Prints the instructions that the Dockerfiles named as arguments hold, as JSON: for each file,
//! in order, a list of `[keyword, first line, last line]`. `tests/oracle/dockerfile_parser.py`
//! compares it with BuildKit's own parser.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a development tool"
)]

use preflint_syntax::dockerfile;

fn main() -> std::io::Result<()> {
    let mut files = vec![];
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(path)?;
        files.push(instructions(&String::from_utf8_lossy(&bytes)));
    }
    println!("{}", serde_json::Value::from(files));
    Ok(())
}

fn instructions(text: &str) -> Vec<serde_json::Value> {
    let line = |offset: usize| {
        1 + text
            .bytes()
            .take(offset)
            .filter(|byte| *byte == b'\n')
            .count()
    };
    dockerfile::parse(text)
        .instructions
        .iter()
        .map(|instruction| {
            let range = instruction.range.to_usize();
            serde_json::json!([
                instruction.keyword.to_lowercase(),
                line(range.start),
                line(range.end)
            ])
        })
        .collect()
}
