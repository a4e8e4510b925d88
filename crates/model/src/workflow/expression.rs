/// What an expression is worth where only some facts are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Certainly true.
    True,
    /// Certainly false.
    False,
    /// It cannot be told.
    Unknown,
}

impl Truth {
    const fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// An expression of GitHub Actions, as far as conditions need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// `a || b`.
    Or(Vec<Expression>),
    /// `a && b`.
    And(Vec<Expression>),
    /// `!a`.
    Not(Box<Expression>),
    /// `a == b`.
    Equal(Operand, Operand),
    /// `a != b`.
    NotEqual(Operand, Operand),
    /// `true` or `false`.
    Bool(bool),
    /// Anything else.
    Other,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A string literal.
    Text(String),
    /// A context path in lower case: `github.ref`.
    Context(String),
    /// Anything else.
    Other,
}

impl Expression {
    /// Reads an `if` value, with or without `${{ }}`; what is not understood is `Other`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let inner = text
            .strip_prefix("${{")
            .and_then(|rest| rest.strip_suffix("}}"))
            .unwrap_or(text);
        // `${{ a }} && b` is text with an expression in it, and always true.
        if inner.contains("${{") || inner.contains("}}") {
            return Self::Other;
        }
        let tokens = tokens(inner);
        let mut parser = Parser {
            tokens: &tokens,
            at: 0,
            depth: 0,
        };
        let expression = parser.or();
        if parser.at == tokens.len() {
            expression
        } else {
            Self::Other
        }
    }

    /// The value if `equal` says what a comparison of a context path with a text is worth.
    pub fn truth(&self, equal: &impl Fn(&str, &str) -> Truth) -> Truth {
        let compare = |left: &Operand, right: &Operand| match (left, right) {
            (Operand::Context(path), Operand::Text(text))
            | (Operand::Text(text), Operand::Context(path)) => equal(path, text),
            _ => Truth::Unknown,
        };
        match self {
            Self::Or(parts) => fold(parts, equal, Truth::True),
            Self::And(parts) => fold(parts, equal, Truth::False),
            Self::Not(inner) => inner.truth(equal).not(),
            Self::Equal(left, right) => compare(left, right),
            Self::NotEqual(left, right) => compare(left, right).not(),
            Self::Bool(true) => Truth::True,
            Self::Bool(false) => Truth::False,
            Self::Other => Truth::Unknown,
        }
    }

    /// Every comparison of a context path with a text, negated ones left out.
    #[must_use]
    pub fn equalities(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Or(parts) | Self::And(parts) => parts.iter().flat_map(Self::equalities).collect(),
            Self::Equal(Operand::Context(path), Operand::Text(text))
            | Self::Equal(Operand::Text(text), Operand::Context(path)) => vec![(path, text)],
            _ => Vec::new(),
        }
    }
}

/// `||` and `&&` over several parts: `decisive` settles it, else all must be the opposite.
fn fold(parts: &[Expression], equal: &impl Fn(&str, &str) -> Truth, decisive: Truth) -> Truth {
    let values: Vec<Truth> = parts.iter().map(|part| part.truth(equal)).collect();
    if values.contains(&decisive) {
        decisive
    } else if values.contains(&Truth::Unknown) {
        Truth::Unknown
    } else {
        decisive.not()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Text(String),
    Word(String),
    Sign(&'static str),
}

/// Unknown characters become a sign that no rule of the grammar takes.
fn tokens(text: &str) -> Vec<Token> {
    const SIGNS: [&str; 11] = ["||", "&&", "==", "!=", "<=", ">=", "!", "(", ")", "<", ">"];
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let taken = if first == '\'' {
            let (value, taken) = quoted(rest);
            tokens.push(Token::Text(value));
            taken
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            tokens.push(Token::Sign(sign));
            sign.len()
        } else {
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '*')))
                .unwrap_or(rest.len());
            if end == 0 {
                tokens.push(Token::Sign("?"));
                first.len_utf8()
            } else {
                tokens.push(Token::Word(rest[..end].to_ascii_lowercase()));
                end
            }
        };
        rest = rest[taken..].trim_start();
    }
    tokens
}

/// A literal in single quotes, `''` being one quote; its value and length in bytes.
fn quoted(text: &str) -> (String, usize) {
    let mut value = String::new();
    let mut at = 1;
    while let Some(end) = text[at..].find('\'') {
        value.push_str(&text[at..at + end]);
        at += end + 1;
        if !text[at..].starts_with('\'') {
            return (value, at);
        }
        value.push('\'');
        at += 1;
    }
    (value, text.len())
}

/// Deeper nesting than anyone writes is `Other`.
const MAX_DEPTH: usize = 40;

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn take(&mut self, sign: &'static str) -> bool {
        let found = self.tokens.get(self.at) == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Expression {
        self.list("||", Self::and, Expression::Or)
    }

    fn and(&mut self) -> Expression {
        self.list("&&", Self::unary, Expression::And)
    }

    fn list(
        &mut self,
        sign: &'static str,
        part: fn(&mut Self) -> Expression,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Expression {
        let first = part(self);
        let mut parts = vec![first];
        while self.take(sign) {
            parts.push(part(self));
        }
        if parts.len() == 1 {
            parts.swap_remove(0)
        } else {
            join(parts)
        }
    }

    fn unary(&mut self) -> Expression {
        self.depth += 1;
        let result = if self.depth > MAX_DEPTH {
            self.at = usize::MAX;
            Expression::Other
        } else if self.take("!") {
            Expression::Not(Box::new(self.unary()))
        } else if self.take("(") {
            let inner = self.or();
            if self.take(")") {
                inner
            } else {
                Expression::Other
            }
        } else {
            self.comparison()
        };
        self.depth -= 1;
        result
    }

    fn comparison(&mut self) -> Expression {
        let left = self.operand();
        if self.take("==") {
            return Expression::Equal(left, self.operand());
        }
        if self.take("!=") {
            return Expression::NotEqual(left, self.operand());
        }
        match left {
            Operand::Context(word) if word == "true" => Expression::Bool(true),
            Operand::Context(word) if word == "false" => Expression::Bool(false),
            _ => Expression::Other,
        }
    }

    fn operand(&mut self) -> Operand {
        let token = self.tokens.get(self.at);
        self.at = self.at.saturating_add(1);
        match token {
            Some(Token::Text(text)) => Operand::Text(text.clone()),
            Some(Token::Word(word)) if self.tokens.get(self.at) != Some(&Token::Sign("(")) => {
                Operand::Context(word.clone())
            }
            _ => Operand::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Expression, Truth};

    /// The only branch is `master`.
    fn worth(text: &str) -> Truth {
        Expression::parse(text).truth(&|path, value| match (path, value) {
            ("github.ref", "refs/heads/master") => Truth::Unknown,
            ("github.ref", _) => Truth::False,
            _ => Truth::Unknown,
        })
    }

    #[test]
    fn three_valued_logic() {
        assert_eq!(worth("github.ref == 'refs/heads/main'"), Truth::False);
        assert_eq!(
            worth("${{ github.ref == 'refs/heads/main' }}"),
            Truth::False
        );
        assert_eq!(
            worth("GITHUB.REF == 'refs/heads/main' && success()"),
            Truth::Unknown,
            "a call ends the proof"
        );
        assert_eq!(
            worth("github.ref == 'refs/heads/main' && github.actor == 'x'"),
            Truth::False
        );
        assert_eq!(
            worth("github.ref == 'refs/heads/main' || github.event_name == 'x'"),
            Truth::Unknown
        );
        assert_eq!(worth("github.ref == 'refs/heads/master'"), Truth::Unknown);
        assert_eq!(worth("!(github.ref == 'refs/heads/main')"), Truth::True);
        assert_eq!(worth("github.ref != 'refs/heads/main'"), Truth::True);
        assert_eq!(
            worth("(github.ref == 'refs/heads/a' || github.ref == 'refs/heads/b') && true"),
            Truth::False
        );
        assert_eq!(worth("always() ${{ x }}"), Truth::Unknown);
        assert_eq!(worth(&"(".repeat(10_000)), Truth::Unknown);
        assert_eq!(worth(&"!".repeat(10_000)), Truth::Unknown);
    }

    #[test]
    fn quotes_double_inside_literals() {
        let expression = Expression::parse("github.ref == 'it''s'");
        assert_eq!(expression.equalities(), [("github.ref", "it's")]);
    }
}
