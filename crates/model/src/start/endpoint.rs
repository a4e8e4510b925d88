use preflint_core::Span;

/// What a server binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The port; `None` if it is not known.
    pub port: Option<Bound<u16>>,
    /// The address; `None` if it is not known.
    pub address: Option<Bound<String>>,
}

/// A value with what it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound<T> {
    /// The value.
    pub value: T,
    /// Where it is written; the program's name for a default.
    pub span: Span,
    /// What it comes from.
    pub by: By,
}

/// What a bound value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A literal argument.
    Argument,
    /// A variable that the image, or the service, sets.
    Variable,
    /// What a variable falls back to where it is not set (`${PORT:-8000}`).
    Fallback,
    /// The server's default.
    Default,
}

impl Endpoint {
    /// Whether only the container itself reaches it.
    #[must_use]
    pub fn is_loopback(&self) -> Option<bool> {
        let address = &self.address.as_ref()?.value;
        Some(
            matches!(&**address, "127.0.0.1" | "localhost" | "::1" | "[::1]")
                || address.starts_with("127."),
        )
    }
}
