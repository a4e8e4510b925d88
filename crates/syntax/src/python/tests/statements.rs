use super::{assert_tree, dump, parse};

#[test]
fn simple_statements() {
    assert_tree("pass; break\ncontinue", &["pass", "break", "continue"]);
    assert_tree("def f(): return", &["def f()", "  return"]);
    assert_tree("return a, b", &["return tuple[a, b]"]);
    assert_tree("assert x", &["assert x"]);
    assert_tree("assert x, 'm'", &[r#"assert x, "m""#]);
    assert_tree("raise", &["raise"]);
    assert_tree("raise E('x') from e", &[r#"raise E("x") from e"#]);
    assert_tree("global a, b", &["global [a, b]"]);
    assert_tree("nonlocal c", &["nonlocal [c]"]);
}

#[test]
fn del_tells_several_targets_from_a_tuple() {
    assert_tree("del c", &["del [c]"]);
    assert_tree("del a, b[0]", &["del [a, b[0]]"]);
    assert_tree("del (a, b)", &["del [tuple[a, b]]"]);
}

#[test]
fn assignments() {
    assert_tree("a = b = c = 1", &["assign [a, b, c] = 1"]);
    assert_tree("a, *b = 1, 2", &["assign [tuple[a, *b]] = tuple[1, 2]"]);
    assert_tree(
        "(a, b), [c, d] = x",
        &["assign [tuple[tuple[a, b], list[c, d]]] = x"],
    );
    assert_tree(
        "a = 1,\nb = 2",
        &["assign [a] = tuple[1]", "assign [b] = 2"],
    );
    assert_tree("x = yield\n", &["assign [x] = (yield)"]);
    assert_tree("x: int", &["annotate x: int"]);
    assert_tree(
        "y: dict[str, int] = {}",
        &["annotate y: dict[str, int] = dict[]"],
    );
    assert_tree("z: 'Foo' = 1", &[r#"annotate z: "Foo" = 1"#]);
    assert_tree("a.b += 1", &["a.b += 1"]);
    assert_tree("a[0] //= b", &["a[0] //= b"]);
}

#[test]
fn imports() {
    assert_tree("import a.b as c, d", &["import a.b as c, d"]);
    assert_tree("from . import x", &["from 1: import x"]);
    assert_tree(
        "from ..a.b import c as d, e",
        &["from 2:a.b import c as d, e"],
    );
    assert_tree("from ... import x", &["from 3: import x"]);
    assert_tree("from m import (p, q,)", &["from 0:m import p, q"]);
    assert_tree("from m import *", &["from 0:m import  star"]);
    assert_tree(
        "from __future__ import annotations as a, division",
        &["from 0:__future__ import annotations as a, division"],
    );
    assert_tree("import a . \\\n b", &["import a.b"]);
}

#[test]
fn functions() {
    assert_tree(
        "async def f(a, /, b: int = 1, *args: str, c=2, d: 'X', **kw) -> list[int] | None:\n  pass",
        &[
            r#"async def f(a, b: int = 1, *args: str, c = 2, d: "X", **kw) -> (list[int] | None)"#,
            "  pass",
        ],
    );
    assert_tree("def g(*, k): pass", &["def g(k)", "  pass"]);
    assert_tree(
        "def h[T, *Ts, **P, U: int](): pass",
        &["def h[T, Ts, P, U]()", "  pass"],
    );
    assert_tree(
        "@a.b\n@c(1)\ndef f(): pass",
        &["def f() @a.b @c(1)", "  pass"],
    );
}

#[test]
fn classes() {
    assert_tree("class A: pass", &["class A()", "  pass"]);
    assert_tree(
        "@d\nclass A[T](B, metaclass=M, *x, **k):\n  def m(self): pass\n  y = 1",
        &[
            "class A[T](B, metaclass=M, *x, **k) @d",
            "  def m(self)",
            "    pass",
            "  assign [y] = 1",
        ],
    );
}

#[test]
fn type_aliases() {
    assert_tree("type X = int | None", &["type X = (int | None)"]);
    assert_tree("type X[T] = list[T]", &["type X[T] = list[T]"]);
    assert_tree("type = 3", &["assign [type] = 3"]);
    assert_tree("type.x = 3", &["assign [type.x] = 3"]);
    assert_tree("type(x).y()", &["expr type(x).y()"]);
    let module = parse("type(x).y = 3");
    assert_eq!(dump(&module), "?\n");
    assert!(!module.complete);
}

#[test]
fn elif_nests() {
    assert_tree(
        "if a: pass\nelif b: x\nelif c:\n  y\nelse:\n  z",
        &[
            "if a",
            "  pass",
            "else",
            "  if b",
            "    expr x",
            "  else",
            "    if c",
            "      expr y",
            "    else",
            "      expr z",
        ],
    );
    let source = "if a: pass\nelif b: x\nelse: y\nz";
    let module = parse(source);
    let elif = module.stmts.iter().find(|s| s.range.start() == 11);
    assert_eq!(
        elif.map(|s| s.range.slice(source)),
        Some("elif b: x\nelse: y")
    );
}

#[test]
fn loops() {
    assert_tree(
        "for i, j in a, b:\n  pass\nelse:\n  x",
        &[
            "for tuple[i, j] in tuple[a, b]",
            "  pass",
            "else",
            "  expr x",
        ],
    );
    assert_tree("for (i) in a: pass", &["for i in a", "  pass"]);
    assert_tree("for (i,) in a: pass", &["for tuple[i] in a", "  pass"]);
    assert_tree("async for i in a: pass", &["async for i in a", "  pass"]);
    assert_tree(
        "while (x := f()): pass\nelse: y",
        &["while (x := f())", "  pass", "else", "  expr y"],
    );
}

#[test]
fn with_statements() {
    assert_tree(
        "async with a() as b, c: pass",
        &["async with a() as b, c", "  pass"],
    );
    assert_tree(
        "with (open(a) as b, open(c) as d): pass",
        &["with open(a) as b, open(c) as d", "  pass"],
    );
    assert_tree(
        "with (open(a) as b): pass",
        &["with open(a) as b", "  pass"],
    );
    assert_tree(
        "with (\n  open(a) as b,\n  c,\n): pass",
        &["with open(a) as b, c", "  pass"],
    );
    assert_tree(
        "with open(a) as (b, c), d: pass",
        &["with open(a) as tuple[b, c], d", "  pass"],
    );
}

#[test]
fn try_statements() {
    assert_tree(
        "try: pass\nexcept (A, B) as e: x\nexcept a.C: y\nexcept: z\nelse: v\nfinally: w",
        &[
            "try",
            "  pass",
            "except tuple[A, B] as e",
            "  expr x",
            "except a.C",
            "  expr y",
            "except",
            "  expr z",
            "else",
            "  expr v",
            "finally",
            "  expr w",
        ],
    );
    assert_tree(
        "try: pass\nexcept* A as e: x",
        &["try*", "  pass", "except A as e", "  expr x"],
    );
    assert_tree(
        "try: pass\nexcept A, B: x",
        &["try", "  pass", "except tuple[A, B]", "  expr x"],
    );
}

#[test]
fn match_statements() {
    assert_tree(
        concat!(
            "match x, y:\n",
            "  case [1, a, *rest]: pass\n",
            "  case {'k': v, Color.RED: {**more}} if v > 1: pass\n",
            "  case Point(x=0, y=yy) | m.Foo(zz) as p: pass\n",
            "  case A.B.C | -1 | 's' | None: pass\n",
            "  case (a, [_, *_]): pass\n",
            "  case other: pass\n",
            "  case _: pass\n",
        ),
        &[
            "match tuple[x, y]",
            "  case captures=[a, rest] values=[]",
            "    pass",
            "  case captures=[v, more] values=[Color.RED] if compare[v, 1] [>]",
            "    pass",
            "  case captures=[yy, zz, p] values=[Point, m.Foo]",
            "    pass",
            "  case captures=[] values=[A.B.C]",
            "    pass",
            "  case captures=[a] values=[]",
            "    pass",
            "  case captures=[other] values=[]",
            "    pass",
            "  case captures=[] values=[]",
            "    pass",
        ],
    );
    assert_tree("match = match(x)", &["assign [match] = match(x)"]);
}

#[test]
fn python_2_is_unknown() {
    for source in ["print 'x'", "print >>f, x", "exec 'x' in y"] {
        let module = parse(source);
        assert_eq!(dump(&module), "?\n", "{source}");
        assert!(!module.complete);
        assert_eq!(module.exprs, []);
    }
    assert_tree("print(x).y", &["expr print(x).y"]);
    assert_tree("print = 1", &["assign [print] = 1"]);
}
