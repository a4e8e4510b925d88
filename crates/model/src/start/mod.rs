//! Start commands: what a container, a compose service or a platform runs, and what its server
//! binds, as far as the command line tells. What the application's own code binds is unknown.

mod endpoint;
mod server;

use preflint_core::{FileId, Span};

pub use endpoint::{Bound, By, Endpoint};
pub use server::Server;
pub(crate) use server::{runs_script, wrapped};

use crate::command::Command;
use crate::environment::Environment;

/// The program that a start command ends in.
#[derive(Clone, Debug)]
pub struct Start {
    /// The program with its own words: what passes it on (`uv run`, `sh -c`, `exec`) is left out.
    pub command: Command,
    /// The instruction or line that states the start command.
    pub span: Span,
    /// The scripts that it was read from.
    pub scripts: Vec<FileId>,
    /// The commands that run before it, in order.
    pub before: Vec<Command>,
    /// The server that it is, if the table has it.
    pub server: Option<&'static Server>,
    /// What it binds, if it is a server.
    pub endpoint: Option<Endpoint>,
    /// The variables that it is started with.
    pub environment: Environment,
}
