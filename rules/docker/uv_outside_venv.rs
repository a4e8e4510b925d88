use preflint_model::Context;
use preflint_model::image::{Installer, Place};

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for one in image.installations() {
            let bare = one.tool == Installer::UvPip && one.place == Place::Nowhere;
            if !(bare && one.certain && one.followed) {
                continue;
            }
            let message = "`uv pip install` finds no virtual environment to install into: \"error: No virtual environment found; run `uv venv` to create an environment, or pass `--system`\"";
            cx.report("install", "uv pip install", message, one.span, "no environment is active here")
                .help("pass `--system`, set `ENV UV_SYSTEM_PYTHON=1`, or create an environment with `uv venv` before");
        }
    }
}
