use preflint_core::TextRange;
use proptest::prelude::*;

use super::*;

/// Files like real ones.
const SAMPLES: &[&str] = &[
    "'use client';\nimport React, { useState as s, type FC } from 'react';\nimport './x.css'\n\
     export * from './y'\nexport { a as b } from \"./z\";\n\
     export default function App({ a, b = 1, ...rest }: Props) {\n  const [x, setX] = s<number>(0);\n\
     \x20 if (typeof window !== 'undefined') { return null } else if (x) throw new Error(`no ${x}`);\n\
     \x20 return <div className=\"é & x\" {...rest} onClick={() => setX(x + 1)}>T & C {x ? <A.B/> : 'it'}</div>\n}\n",
    "import x = require('q');\nconst path = require('path')\nmodule.exports = { a: 1, 'b-c': [1, , 2], get d() { return 1 }, async *e() {} }\n\
     for (const [k, v] of Object.entries(process.env)) { try { f(k) } catch ({ m }) { g() } finally {} }\n\
     label: while (true) { switch (a) { case 1: break label; default: continue } }\n// ünï\n",
    "@Injectable()\nexport class Svc<T> extends Base<T> implements I {\n  static #p = 1; @Input() q?: string;\n\
     \x20 constructor(@Inject(X) private readonly y: Y) { super(y!) }\n  static { init() }\n  [k](): void {}\n}\n\
     namespace N { export enum E { A = 1 << 2, B } }\nexport type * from 't';\ndeclare module 'm';\n\
     const z = (<T,>(a: T) => a as const)(1) satisfies number;\nlet r = /[/]'/g, t = a?.b?.[c]?.(d) ?? e;\n",
];

/// Checks what each module promises, whatever its text.
pub(super) fn check(text: &str, module: &Module) {
    let range = |range: TextRange| {
        let range = range.start() as usize..range.end() as usize;
        assert!(text.get(range.clone()).is_some(), "{range:?} of {text:?}");
    };
    module.stmts.iter().for_each(|it| range(it.range));
    module.exprs.iter().for_each(|it| range(it.range));
    module.patterns.iter().for_each(|it| range(it.range));
    module.functions.iter().for_each(|it| range(it.range));
    module.classes.iter().for_each(|it| range(it.range));
    module.comments.iter().for_each(|it| range(it.range));
    module.errors.iter().for_each(|it| range(*it));
    assert!(module.errors.is_empty() || !module.complete);
    let parents = (module.stmts.iter().map(|it| it.parent))
        .chain(module.exprs.iter().map(|it| it.parent))
        .chain(module.functions.iter().map(|it| it.parent))
        .chain(module.classes.iter().map(|it| it.parent));
    for mut parent in parents {
        let mut steps = 0;
        loop {
            parent = match parent {
                Parent::Module => break,
                Parent::Stmt(id) => module.stmt(id).parent,
                Parent::Expr(id) => module.expr(id).parent,
                Parent::Function(id) => module.function(id).parent,
                Parent::Class(id) => module.class(id).parent,
            };
            steps += 1;
            assert!(steps < 5 * MAX_DEPTH, "too deep: {text:?}");
        }
    }
}

fn check_all(text: &str) {
    for dialect in [Dialect::Tsx, Dialect::TypeScript] {
        let module = parse(text, dialect);
        check(text, &module);
        // Goes through every index.
        printer::print(&module);
        let skimmed = skim_imports(text);
        for import in &skimmed {
            let range = import.range.start() as usize..import.range.end() as usize;
            assert!(text.get(range).is_some());
        }
    }
}

#[test]
fn skimming_misses_no_import_of_the_samples() {
    for text in SAMPLES {
        let module = parse(text, Dialect::Tsx);
        assert!(module.complete, "{:?} {text}", module.errors);
        let mut wanted = Vec::new();
        for stmt in &module.stmts {
            match &stmt.kind {
                StmtKind::Import(import) => wanted.push(&import.source),
                StmtKind::Export(
                    Export::All { source, .. }
                    | Export::Named {
                        source: Some(source),
                        ..
                    },
                ) => wanted.push(source),
                _ => {}
            }
        }
        let skimmed = skim_imports(text);
        assert!(!wanted.is_empty());
        for source in wanted {
            let found = skimmed
                .iter()
                .any(|it| it.range == source.range && it.source == source.name);
            assert!(found, "{source:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        check_all(&text);
    }

    #[test]
    fn any_signs(text in "([a-zé<>{}()\\[\\]=+*/.,;:'\"`$&?!@#\\\\ \n]|import |export |class |function |=>|async ){0,60}") {
        check_all(&text);
    }

    #[test]
    fn mutated_samples(
        which in 0..SAMPLES.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, "[<>{}()\\[\\]=/'\"`&é\n]{0,3}"), 1..6),
    ) {
        let mut text = SAMPLES[which].to_owned();
        for (at, len, with) in edits {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + len).min(text.len())).max(start);
            text.replace_range(start..end, &with);
        }
        check_all(&text);
    }
}
