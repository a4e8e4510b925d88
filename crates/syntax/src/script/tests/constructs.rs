use super::*;

#[test]
fn imports() {
    same(&[
        ("import 'side'", "import bare {} from \"side\";"),
        ("import {} from 'e'", "import {} from \"e\";"),
        (
            "import d, * as n from 'x'",
            "import {default as d, * as n} from \"x\";",
        ),
        (
            "import { a, b as c, default as d, type E, 'f-g' as h } from 'x'",
            "import {a as a, b as c, default as d, type E as E, f-g as h} from \"x\";",
        ),
        (
            "import type T from 'x'",
            "import type {default as T} from \"x\";",
        ),
        (
            "import type { T } from 'x'",
            "import type {T as T} from \"x\";",
        ),
        (
            "import type from 'x'",
            "import {default as type} from \"x\";",
        ),
        (
            "import { type type } from 'x'",
            "import {type type as type} from \"x\";",
        ),
        ("import x = require('y')", "import {* as x} from \"y\";"),
        ("import A = B.C", "Const A = B.C;"),
        (
            "import j from './a.json' with { type: 'json' }",
            "import {default as j} from \"./a.json\";",
        ),
        ("import(/* webpack */ './y')", "import(\"./y\");"),
        ("import.meta.env.X", "ImportMeta.env.X;"),
    ]);
}

#[test]
fn exports() {
    same(&[
        ("export const a = 1, b = 2", "export Const a = 1, b = 2;"),
        ("export function f() {}", "export function f() {}"),
        (
            "export default function () {}",
            "export default function () {}",
        ),
        (
            "export default async function f() {}",
            "export default async function f() {}",
        ),
        (
            "export default class {}",
            "export default class  extends [] {}",
        ),
        (
            "export default (class {})",
            "export default (class  extends [] {});",
        ),
        ("export default () => 1", "export default (arrow () 1);"),
        ("export default memo(X)", "export default memo(X);"),
        ("export = x", "export default x;"),
        (
            "export { a as default, b, type C }",
            "export {a as default, b as b, type C as C} from None;",
        ),
        (
            "export { default, x as y } from 'z'",
            "export {default as default, x as y} from Some(\"z\");",
        ),
        ("export {}", "export {} from None;"),
        ("export * from 'x'", "export * as None from \"x\";"),
        (
            "export * as n from 'x'",
            "export * as Some(\"n\") from \"x\";",
        ),
        (
            "export type { T } from 't'",
            "export type {T as T} from Some(\"t\");",
        ),
        (
            "export type * from 't'",
            "export type * as None from \"t\";",
        ),
        (
            "export type * as n from 't'",
            "export type * as Some(\"n\") from \"t\";",
        ),
        ("module.exports = { a }", "(<module.exports> = {a: a});"),
    ]);
}

#[test]
fn types_vanish() {
    same(&[
        ("interface A { b: string }", "TypeOnly;"),
        ("type A = B<C>", "TypeOnly;"),
        ("export interface A {}", "TypeOnly;"),
        ("export type A = B", "TypeOnly;"),
        ("export default interface A {}", "TypeOnly;"),
        ("export as namespace N", "TypeOnly;"),
        ("declare const a: b", "TypeOnly;"),
        ("export declare function f(): void", "TypeOnly;"),
        ("declare global { interface Window {} }", "TypeOnly;"),
        ("declare module 'x' { const y: number }", "TypeOnly;"),
        ("namespace N { interface A {} }", "TypeOnly;"),
        ("let a: typeof b.c | D[] = e as const", "Let a = e;"),
        ("a = b satisfies C<D>", "(a = b);"),
        ("a!.b!.c!()", "a.b.c();"),
        ("f<string, A<B>>('x')", "f(\"x\");"),
        ("(window as any).x", "window.x;"),
    ]);
    let module = parse("a = <any>b", Dialect::TypeScript);
    assert_eq!(printer::print(&module), "(a = b);");
}

#[test]
fn functions() {
    same(&[
        (
            "function f(this: X, a?: string, b = 1, { c }: D = {}, ...d: E[]): a is string {}",
            "function f(a, b = 1, {c: c} = {}, ...d) {}",
        ),
        (
            "function g(x: string): void; function g(x) {}",
            "function g(x) none function g(x) {}",
        ),
        (
            "async function* k() { yield; yield* a; yield b }",
            "async function* k() {(yield ); (yield a); (yield b);}",
        ),
        (
            "f = async x => await x",
            "(f = (async arrow (x) (await x)));",
        ),
        (
            "f = <T,>(y: T): Promise<T> => { return y }",
            "(f = (arrow (y) {return y;}));",
        ),
        ("f = () => ({ a })", "(f = (arrow () {a: a}));"),
        ("(function* n() {})()", "(function* n() {})();"),
    ]);
}

#[test]
fn classes() {
    same(&[
        (
            "class A<T> extends B.C<T> implements D { a: string = 'x'; static b; #p = 1 }",
            "class A extends [B.C] {a: \"x\"; static b: ; #p: 1;}",
        ),
        (
            "class A { static async *g() {} get p() { return this.#p } static { init() } }",
            "class A extends [] {static g: async function* g() {}; \
             p: function p() {return This.#p;}; static -: {init();};}",
        ),
        (
            "class A { [k]() {} 'q r'() {} 12 = 1; readonly [Symbol.iterator] = 4 }",
            "class A extends [] {[k]: function () {}; q r: function q r() {}; 12: 1; \
             [Symbol.iterator]: 4;}",
        ),
        (
            "abstract class A { abstract f(): void; g(x: string): void; g(x) {} declare d: e }",
            "class A extends [] {f: function f() none; g: function g(x) none; \
             g: function g(x) {}; d: ;}",
        ),
        (
            "@C({ x: 1 }) export class A { @I() a; @M b() {} constructor(@J(X) private y: Y) { super(y) } }",
            "export @C({x: 1}) @I() @M @J(X) class A extends [] {a: ; b: function b() {}; \
             constructor: function constructor(y) {Super(y);};}",
        ),
        ("x = class N {}", "(x = (class N extends [] {}));"),
    ]);
}

#[test]
fn enums_and_namespaces_are_values() {
    same(&[
        ("const enum E { A, B = f(), 'c' = 2 }", "enum E {f(), 2}"),
        ("export enum F { X }", "export enum F {}"),
        (
            "namespace A.B { export const x = 1 }",
            "enum A.B {(function () {export Const x = 1;})()}",
        ),
        (
            "export namespace E { f() }",
            "export enum E {(function () {f();})()}",
        ),
    ]);
}

#[test]
fn declarations_and_patterns() {
    same(&[
        ("var a, b = undefined", "Var a, b = Undefined;"),
        (
            "const { a, b = 1, c: { d }, [e]: f, 'g-h': i, ...r } = s",
            "Const {a: a, b: b = 1, c: {d: d}, [e]: f, g-h: i, -: ...r} = s;",
        ),
        (
            "let [a, , b = 2, ...c] = d",
            "Let [a, hole, b = 2, ...c] = d;",
        ),
        ("({ j, k: l.m } = n)", "({j: j, k: <l.m>} = n);"),
        ("[o, p[0]] = q", "([o, <p[0]>] = q);"),
        (
            "(r) = 1; s! = 2; t.u ||= 3",
            "(r = 1); (s = 2); (<t.u> ||= 3);",
        ),
        ("using x = open()", "Const x = open();"),
        ("await using y = open()", "Const y = open();"),
    ]);
}

#[test]
fn statements() {
    same(&[
        (
            "if (a) b; else if (c) d; else { e }",
            "if a b; else if c d; else {e;}",
        ),
        ("for (;;) {}", "for (; ; ) {}"),
        (
            "for (let i = 0; i < 3; i++) f(i)",
            "for (Let i = 0; (i < 3); (++ i)) f(i);",
        ),
        (
            "for (i = 0, j = 1; ; ) ;",
            "for (((i = 0), (j = 1)); ; ) Empty;",
        ),
        (
            "for (const [a, b] of c) d",
            "each (Some(Const) [a, b] of c) d;",
        ),
        ("for (x.y in o) {}", "each (None <x.y> of o) {}"),
        (
            "for await (const x of y) {}",
            "each (Some(Const) x of y) {}",
        ),
        ("while (a) { b }", "while a {b;}"),
        ("do x(); while (y)", "do x(); while y;"),
        (
            "switch (f) { case 1: case 2: g(); break; default: h() }",
            "switch f {1: {} 2: {g(); Break;} default: {h();}}",
        ),
        (
            "try { i } catch { j } finally { k }",
            "try {i;} catch() {j;} finally {k;}",
        ),
        (
            "try {} catch ({ message }: any) {}",
            "try {} catch({message: message}) {} finally {}",
        ),
        ("try {} finally {}", "try {} catch() - finally {}"),
        ("l: for (;;) continue l", "label: for (; ; ) Continue;"),
        ("throw new E", "throw new E();"),
        ("debugger; ;", "Empty; Empty;"),
        ("{ a }", "{a;}"),
    ]);
}

#[test]
fn literals_and_operators() {
    same(&[
        (
            "[a, , 'b\\n', ...c, 0x10, 1_000n, /x/g]",
            "[a, hole, \"b\\n\", ...c, 16, 1000, Regex];",
        ),
        ("[a,]", "[a];"),
        (
            "[null, true, false, this, undefined]",
            "[Null, true, false, This, Undefined];",
        ),
        (
            "o = { a, 'b-c': 1, [d]: 2, e() {}, get f() { return 1 }, set f(v) {}, ...h, 3: 4, get: 5 }",
            "(o = {a: a, b-c: 1, [d]: 2, e: function e() {}, get f: function f() {return 1;}, \
             f: function f(v) {}, ...h, 3: 4, get: 5});",
        ),
        ("a + b - c * d ** e", "((a + b) - (c * (d ** e)));"),
        ("a && b || c", "((a && b) || c);"),
        ("(a ?? b) ? 'x' : \"y\"", "((a ?? b) ? \"x\" : \"y\");"),
        (
            "typeof a === 'undefined'",
            "((typeof a) === \"undefined\");",
        ),
        (
            "!a; i++; --j; delete a.b; void 0",
            "(! a); (++ i); (-- j); (delete a.b); (void 0);",
        ),
        ("#x in y; a instanceof B", "(#x in y); (a instanceof B);"),
        ("(a, b)", "(a, b);"),
        ("a?.b?.[c]?.(d)", "a?.b?.[c]?.(d);"),
        (
            "new Foo; new Foo.Bar(1, ...a); new.target",
            "new Foo(); new Foo.Bar(1, ...a); new.target;",
        ),
        ("super.x(); super[y]", "Super.x(); Super[y];"),
        (
            "`plain`; `a${b}c${d}`",
            "`[\"plain\"] `; `[\"a\", \"c\", \"\"] b, d`;",
        ),
        (
            "tag`a\\n${b}`; f(`y`)",
            "tag`[\"a\\n\", \"\"] b`; f(`[\"y\"] `);",
        ),
    ]);
}

#[test]
fn elements() {
    jsx(&[
        (
            "<div className=\"a &amp; b\" {...p} disabled data-x={1} xlink:href='y\\n'/>",
            "<\"div\" className=\"a & b\" ...p disabled data-x=1 xlink:href=\"y\\\\n\">();",
        ),
        (
            "<Foo.Bar<T> render={() => <></>}><my-el/></Foo.Bar>",
            "<Foo.Bar render=(arrow () <>())>(<\"my-el\">());",
        ),
        (
            "<p>\n  {/* c */}\n  one &lt;\n  two {a} {...b}\n</p>",
            "<\"p\">(\"one < two \", a, ...b);",
        ),
        ("<A b=<i/> />", "<A b=<\"i\">()>();"),
        ("<a>{b && <c>d</c>}</a>", "<\"a\">((b && <\"c\">(\"d\")));"),
    ]);
}

#[test]
fn directives_are_the_leading_strings() {
    let text = "#!/usr/bin/env node\n// c\n'use client';\n\"use strict\"\nx; 'no'";
    let module = both(text);
    let directives: Vec<&str> = module.directives.iter().map(|it| &**it).collect();
    assert_eq!(directives, ["use client", "use strict"]);
    assert_eq!(module.body.len(), 4);
    assert!(both("('use client')").directives.is_empty());
    assert!(both("'use' + x").directives.is_empty());
}

#[test]
fn comments_in_source_order_wherever_they_stand() {
    let text = "/* a */ type T = { /* b */ x: 1 } // c\nf(/* d */)\n/** e */";
    let module = both(text);
    let comments: Vec<&str> = module
        .comments
        .iter()
        .map(|it| slice(text, it.range))
        .collect();
    assert_eq!(
        comments,
        ["/* a */", "/* b */", "// c", "/* d */", "/** e */"]
    );
}

#[test]
fn ranges() {
    let text = "é = ((a).b as C); import { x as y } from 'z'";
    let module = both(text);
    let stmts: Vec<&str> = module
        .body
        .iter()
        .map(|&id| slice(text, module.stmt(id).range))
        .collect();
    assert_eq!(stmts, ["é = ((a).b as C);", "import { x as y } from 'z'"]);
    let exprs: Vec<&str> = module
        .exprs
        .iter()
        .map(|it| slice(text, it.range))
        .collect();
    assert_eq!(exprs, ["a", "(a).b", "é = ((a).b as C)"]);
    let StmtKind::Import(import) = &module.stmt(module.body[1]).kind else {
        panic!("an import");
    };
    assert_eq!(slice(text, import.source.range), "'z'");
    assert_eq!(slice(text, import.bindings[0].local.range), "y");
}
