use std::io::{IsTerminal, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use preflint_core::{RuleMeta, Severity};
use preflint_engine::{Config, Run, Settings, check, wanted};
use preflint_model::Rule;
use preflint_model::memo::Memo;
use preflint_report::{Format, printable, render};
use preflint_source::{Options, Tree};

use crate::Exit;
use crate::args::{CheckOptions, ColorWhen};
use crate::settings::{Root, relative, roots, settings};

/// `preflint check`.
pub(crate) fn run(options: &CheckOptions) -> Result<Exit> {
    set_threads(options.threads)?;
    let rules = preflint_rules::all();
    let roots = roots(&options.paths, options.stdin_filename.as_deref())?;
    if roots.len() > 1 && matches!(options.output_format.0, Format::Json | Format::Sarif) {
        bail!(
            "`--output-format {}` writes one document, and the paths belong to {} roots; name one root",
            options.output_format.0,
            roots.len()
        );
    }
    let stdin = options
        .stdin_filename
        .as_deref()
        .map(|path| read_stdin().map(|text| (path, text)))
        .transpose()?;
    let mut exit = Exit::Clean;
    let mut output = String::new();
    for root in roots {
        let start = Instant::now();
        let settings = settings(&root, options, &rules)?;
        let tree = tree(
            &root,
            &settings.config,
            stdin.as_ref().map(|(path, text)| (*path, text.as_str())),
        )?;
        let run = check(&tree, &rules, &settings, &Memo::default());
        output.push_str(&write(options, &rules, &run, &tree, start.elapsed()));
        explain_run(options, &root, &settings, &run, &tree);
        let code = exit_code(options, &settings, &run);
        // The worst of several roots: an internal error before findings before nothing to check.
        if code as u8 != 0
            && (exit == Exit::Clean || code == Exit::Internal || exit == Exit::NothingToCheck)
        {
            exit = code;
        }
    }
    emit(options.output_file.as_deref(), &output)?;
    Ok(exit)
}

/// `--threads`.
pub(crate) fn set_threads(threads: Option<usize>) -> Result<()> {
    let Some(threads) = threads else {
        return Ok(());
    };
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .context("cannot start the threads")
}

fn read_stdin() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .context("cannot read standard input")?;
    Ok(text)
}

/// What `root` holds, without what the configuration excludes.
#[expect(
    clippy::disallowed_methods,
    reason = "the command hands the environment to the crates that may not read it"
)]
pub(crate) fn tree(root: &Root, config: &Config, stdin: Option<(&Path, &str)>) -> Result<Tree> {
    let excludes = config.excludes();
    let options = Options {
        wanted: Arc::new(wanted),
        excluded: Arc::new(move |path| excludes.is_match(path.trim_end_matches('/'))),
        environment: Arc::new(|name| std::env::var(name).ok()),
        ..Options::default()
    };
    // Its text names the cause, which `anyhow` would tell a second time.
    let tree = Tree::disk(&root.path, &options).map_err(|error| anyhow::anyhow!("{error}"))?;
    match stdin {
        Some((path, text)) => Ok(tree.overlay(&relative(&root.path, path)?, Some(text))),
        None => Ok(tree),
    }
}

fn write(
    options: &CheckOptions,
    rules: &[&'static Rule],
    run: &Run,
    tree: &Tree,
    elapsed: Duration,
) -> String {
    let metas: Vec<&'static RuleMeta> = rules.iter().map(|rule| rule.meta).collect();
    let report = preflint_report::Options {
        color: color(options.color, options.output_file.as_deref()),
        width: terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)),
        rules: &metas,
        version: env!("CARGO_PKG_VERSION"),
        elapsed: Some(elapsed),
    };
    let format = options.output_format.0;
    let people = matches!(format, Format::Full | Format::Concise);
    if people && (options.quiet > 1 || (options.quiet == 1 && run.outcome.findings.is_empty())) {
        return String::new();
    }
    render(format, &run.outcome, tree, &report)
}

/// NO_COLOR, CLICOLOR and dumb terminals are `anstream`'s to know.
pub(crate) fn color(when: ColorWhen, file: Option<&Path>) -> bool {
    match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto => {
            file.is_none()
                && std::io::stdout().is_terminal()
                && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
        }
    }
}

/// Writes to `file`, or to standard output.
#[expect(
    clippy::disallowed_methods,
    reason = "the command writes where the user says"
)]
pub(crate) fn emit(file: Option<&Path>, output: &str) -> Result<()> {
    if let Some(path) = file {
        return std::fs::write(path, output)
            .with_context(|| format!("cannot write `{}`", path.display()));
    }
    let mut out = std::io::stdout().lock();
    match out.write_all(output.as_bytes()).and_then(|()| out.flush()) {
        // A reader that has seen enough (`| head`) is no error.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write the output")
        }
        _ => Ok(()),
    }
}

fn explain_run(options: &CheckOptions, root: &Root, settings: &Settings, run: &Run, tree: &Tree) {
    if options.verbose {
        let complete = if tree.git().branches.complete {
            "all known"
        } else {
            "not all known"
        };
        let told = format!(
            "root: {}\nconfiguration: {}\nfiles: {} listed, {} read\nbranches: {} ({complete})",
            root.path.display(),
            settings.config.path().unwrap_or("none"),
            tree.entries().len(),
            run.outcome.files,
            tree.git().branches.all().join(", "),
        );
        anstream::eprintln!("{}", printable(&told));
    }
    if options.timings {
        for timing in &run.facts {
            anstream::eprintln!("{:>9.2?}  fact {}", timing.took, timing.fact.name());
        }
        for timing in &run.rules {
            anstream::eprintln!("{:>9.2?}  rule {}", timing.took, timing.rule);
        }
    }
}

fn exit_code(options: &CheckOptions, settings: &Settings, run: &Run) -> Exit {
    if run.internal_errors > 0 {
        return Exit::Internal;
    }
    if run.outcome.files == 0 {
        return Exit::NothingToCheck;
    }
    let threshold = options
        .fail_on
        .map(Into::into)
        .or(settings.config.fail_on())
        .unwrap_or(Severity::Warning);
    let fails = run
        .outcome
        .findings
        .iter()
        .any(|settled| settled.severity >= threshold);
    if fails && !options.exit_zero {
        Exit::Findings
    } else {
        Exit::Clean
    }
}
