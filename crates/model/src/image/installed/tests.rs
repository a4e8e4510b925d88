use super::{Asked, Installation, Place, Runtime};
use crate::image::testing::project;

fn place(place: &Place) -> String {
    match place {
        Place::System => "system".to_owned(),
        Place::Own => "own".to_owned(),
        Place::Environment(folder) | Place::User(folder) | Place::Modules(folder) => folder.clone(),
        Place::Cache => "cache".to_owned(),
        Place::Nowhere => "nowhere".to_owned(),
        Place::Unknown => "?".to_owned(),
    }
}

fn asked(asked: &Asked) -> String {
    let packages = asked.packages.iter().map(|(name, _)| name.clone());
    let lists = asked.lists.iter().map(|(path, _)| format!("-r {path}"));
    let project = asked.project.iter().map(|project| {
        let with = project.with.iter().map(|name| format!("+{name}"));
        let without = project.without.iter().map(|name| format!("-{name}"));
        let main = if project.main { "" } else { "!" };
        let choice: String = with.chain(without).collect();
        format!("{main}{}{choice}", project.folder)
    });
    let open = Some("...".to_owned()).filter(|_| !asked.complete);
    packages
        .chain(lists)
        .chain(project)
        .chain(open)
        .collect::<Vec<_>>()
        .join(" ")
}

fn shown(one: &Installation) -> String {
    let doubt = if one.certain { "" } else { "?" };
    format!(
        "{}{doubt} -> {}: {}",
        one.tool.name(),
        place(&one.place),
        asked(&one.asked)
    )
}

/// What the last stage of a Dockerfile has installed, and `...` if that may not be all.
fn installed(dockerfile: &str, files: &[(&str, &str)]) -> Vec<String> {
    let mut all = vec![("Dockerfile", dockerfile)];
    all.extend_from_slice(files);
    let (project, _) = project(&all);
    let image = &project.images.as_ref().unwrap().all[0];
    let installed = image.installed_at_end();
    let mut found: Vec<String> = installed.all.iter().map(|one| shown(one)).collect();
    if !installed.complete {
        found.push("...".to_owned());
    }
    found
}

/// What these lines install into `python:3.12-slim`.
fn on_python(lines: &str) -> Vec<String> {
    installed(
        &format!("FROM python:3.12-slim\nWORKDIR /app\n{lines}\n"),
        &[],
    )
}

fn python(dockerfile: &str) -> Runtime {
    let (project, _) = project(&[("Dockerfile", dockerfile)]);
    let image = &project.images.as_ref().unwrap().all[0];
    image
        .python_before(image.stages.len() - 1, usize::MAX)
        .clone()
}

#[test]
fn pip_by_who_calls_it_and_where() {
    for (lines, expected) in [
        (
            "RUN pip install -r requirements.txt 'uvicorn[standard]==0.3'",
            "pip -> own: uvicorn -r /app/requirements.txt",
        ),
        (
            "RUN python -m pip install --no-cache-dir -rreq.txt",
            "pip -> own: -r /app/req.txt",
        ),
        ("RUN pip install -c bounds.txt flask", "pip -> own: flask"),
        ("RUN pip install .[web,db]", "pip -> own: /app+web+db"),
        ("RUN pip install -e ./lib", "pip -> own: /app/lib"),
        ("RUN pip install ./x.whl", "pip -> own: ..."),
        ("RUN pip install --user flask", "pip -> /root/.local: flask"),
        ("RUN pip install --target=/deps flask", "pip -> ?: flask"),
        ("RUN pip install $EXTRA", "pip -> ?: ..."),
        ("RUN pip install flask || true", "pip? -> own: flask"),
        (
            "RUN /opt/venv/bin/pip install flask",
            "pip -> /opt/venv: flask",
        ),
        (
            "ENV PIP_TARGET=/deps\nRUN pip install flask",
            "pip -> ?: flask",
        ),
        ("USER 1000\nRUN pip install flask", "pip -> ?: flask"),
        (
            "ENV HOME=/srv\nUSER 1000\nRUN pip install flask",
            "pip -> /srv/.local: flask",
        ),
    ] {
        assert_eq!(on_python(lines), [expected], "{lines}");
    }
    assert_eq!(
        on_python("RUN useradd -m app\nUSER app\nRUN pip install flask"),
        ["pip -> /home/app/.local: flask"]
    );
    assert_eq!(
        on_python("RUN useradd -m app && chown -R app /usr/local\nUSER app\nRUN pip install flask"),
        ["pip -> ?: flask"]
    );
}

#[test]
fn environments_by_path_and_activation() {
    let made = "virtual environment -> /opt/venv: ";
    for (lines, expected) in [
        (
            "RUN python -m venv /opt/venv\nENV PATH=/opt/venv/bin:$PATH\nRUN pip install flask",
            "pip -> /opt/venv: flask",
        ),
        (
            "ENV PATH=/opt/venv/bin:$PATH\nRUN python -m venv /opt/venv\nRUN pip install flask",
            "pip -> /opt/venv: flask",
        ),
        (
            "RUN python -m venv /opt/venv && . /opt/venv/bin/activate && pip install flask",
            "pip -> /opt/venv: flask",
        ),
        (
            "RUN python -m venv /opt/venv\nRUN pip install flask",
            "pip -> own: flask",
        ),
        (
            "RUN uv venv /opt/venv\nENV VIRTUAL_ENV=/opt/venv\nRUN uv pip install flask",
            "uv pip -> /opt/venv: flask",
        ),
        (
            "RUN virtualenv /opt/venv\nENV PATH=$UNSET:$PATH\nRUN pip install flask",
            "pip -> ?: flask",
        ),
    ] {
        assert_eq!(on_python(lines), [made, expected], "{lines}");
    }
    assert_eq!(
        on_python("RUN uv pip install flask"),
        ["uv pip -> nowhere: flask"]
    );
    assert_eq!(
        on_python("RUN uv pip install --system flask"),
        ["uv pip -> own: flask"]
    );
    assert_eq!(
        on_python("ENV UV_SYSTEM_PYTHON=1\nRUN uv pip install flask"),
        ["uv pip -> own: flask"]
    );
    assert_eq!(
        on_python("RUN uv venv\nWORKDIR /app/src\nRUN uv pip install flask"),
        [
            "virtual environment -> /app/.venv: ",
            "uv pip -> /app/.venv: flask"
        ]
    );
    assert_eq!(
        on_python("COPY --from=builder /opt/venv /opt/venv\nRUN uv pip install flask"),
        ["uv pip -> ?: flask", "..."],
        "an image that is not of the Dockerfile"
    );
}

#[test]
fn projects_by_their_tools() {
    for (lines, expected) in [
        (
            "RUN uv sync --frozen --no-dev --extra web",
            "uv -> /app/.venv: /app+web-dev",
        ),
        (
            "ENV UV_PROJECT_ENVIRONMENT=/opt/env\nRUN uv sync",
            "uv -> /opt/env: /app",
        ),
        (
            "ENV UV_PROJECT_ENVIRONMENT=/usr/local\nRUN uv sync",
            "uv -> own: /app",
        ),
        ("RUN uv sync --active", "uv -> ?: ..."),
        ("RUN uv sync --only-group docs", "uv -> /app/.venv: !/app"),
        (
            "RUN poetry install --without dev",
            "poetry -> cache: /app-dev",
        ),
        (
            "RUN poetry install --only main,web --no-root",
            "poetry -> cache: /app+main+web",
        ),
        (
            "RUN poetry install --only web",
            "poetry -> cache: !/app+web",
        ),
        (
            "RUN poetry config virtualenvs.create false && poetry install",
            "poetry -> own: /app",
        ),
        (
            "RUN poetry config --local virtualenvs.in-project true\nRUN poetry install",
            "poetry -> /app/.venv: /app",
        ),
        (
            "ENV POETRY_VIRTUALENVS_CREATE=0\nRUN poetry install",
            "poetry -> own: /app",
        ),
        (
            "ENV POETRY_VIRTUALENVS_PATH=/x\nRUN poetry install",
            "poetry -> ?: /app",
        ),
        ("RUN pdm install --prod", "pdm -> /app/.venv: /app ..."),
        ("RUN pipenv install --system --deploy", "pipenv -> own: ..."),
    ] {
        assert_eq!(on_python(lines), [expected], "{lines}");
    }
    let root = "[project]\nname='r'\n[tool.uv.workspace]\nmembers=['api']\n";
    let member = "[project]\nname='api'\n";
    assert_eq!(
        installed(
            "FROM python:3.12\nWORKDIR /srv\nCOPY . .\nWORKDIR /srv/api\nRUN uv sync\n",
            &[("pyproject.toml", root), ("api/pyproject.toml", member)],
        ),
        ["uv -> /srv/.venv: /srv/api"],
        "a member's environment is the workspace's"
    );
}

#[test]
fn system_and_node() {
    assert_eq!(
        on_python(
            "RUN apt-get update && apt-get install -y --no-install-recommends -t trixie curl=8.* libpq5:amd64"
        ),
        ["system packages -> system: curl libpq5"]
    );
    assert_eq!(
        on_python("RUN apt-get install -y $PACKAGES git"),
        ["system packages -> system: git ..."]
    );
    let node = |lines: &str| installed(&format!("FROM node:20\nWORKDIR /app\n{lines}\n"), &[]);
    assert_eq!(
        node("RUN npm ci"),
        ["node packages -> /app/node_modules: /app"]
    );
    assert_eq!(
        node("RUN cd web && npm i @scope/x@1 y"),
        ["node packages -> /app/web/node_modules: @scope/x y"]
    );
    assert_eq!(
        node("RUN npm install -g serve@14"),
        ["node packages -> own: serve"]
    );
    assert_eq!(
        node("RUN yarn --frozen-lockfile"),
        ["node packages -> /app/node_modules: /app"]
    );
    assert_eq!(
        node("RUN yarn global add serve"),
        ["node packages -> own: serve"]
    );
    assert_eq!(
        node("RUN npm --prefix web ci"),
        ["node packages -> /app/web/node_modules: /app/web"]
    );
    assert_eq!(
        node("RUN npm i https://user:token@example.org/x.tgz ./lib y"),
        ["node packages -> /app/node_modules: y ..."],
        "no address is kept"
    );
    assert_eq!(node("RUN npm run build"), ["..."]);
}

#[test]
fn what_other_stages_installed() {
    let two = |lines: &str| {
        let dockerfile = format!(
            "FROM python:3.12 AS build\nWORKDIR /app\nRUN uv sync\nRUN pip install --user flask\nFROM python:3.12-slim\n{lines}\n"
        );
        installed(&dockerfile, &[])
    };
    assert_eq!(
        two("COPY --from=build /app/.venv /app/.venv"),
        ["uv -> /app/.venv: /app"]
    );
    assert_eq!(
        two("COPY --from=build /app /srv"),
        ["uv -> /srv/.venv: /app"]
    );
    assert_eq!(
        two("COPY --from=build /root/.local /home/app/.local"),
        ["pip -> /home/app/.local: flask"]
    );
    assert_eq!(
        two("COPY --from=build /usr/local /usr/local"),
        ["..."],
        "into the path"
    );
    assert!(two("COPY --from=build /etc/x /etc/x").is_empty());
    let site = "FROM node:20-slim AS site\nWORKDIR /app\nRUN npm run build\nFROM python:3.12-slim\nCOPY --from=site /app/dist /app/dist\n";
    assert!(
        installed(site, &[]).is_empty(),
        "no Python there, so no environment"
    );
}

#[test]
fn what_may_install_anything() {
    for line in [
        "make install",
        "./setup.sh",
        "sh -c 'x'",
        "curl -fsSL https://example.org/install.sh | sh",
        "curl -o /usr/local/bin/tool https://example.org/tool",
        "ln -s /opt/tool /usr/bin/tool",
        "tar -C /usr/local -xzf x.tgz",
        "python setup.py install",
        "python -c 'import subprocess'",
        "uv run prepare",
        "echo x > /usr/local/bin/x",
        "$TOOL x",
    ] {
        assert_eq!(on_python(&format!("RUN {line}")), ["..."], "{line}");
    }
    for line in [
        "mkdir -p /app && chown 1000 /app && rm -rf /tmp/x",
        "curl -fsSL https://deb.nodesource.com/setup_20.x | bash -",
        "curl -LsSf https://astral.sh/uv/install.sh | sh",
        "python -c 'import nltk; nltk.download(\"x\")'",
        "cp a b && ln -s /app/x /app/y",
        "echo x > /app/x",
        "pip config set global.index-url x && uv lock",
    ] {
        assert!(on_python(&format!("RUN {line}")).is_empty(), "{line}");
    }
}

#[test]
fn which_python_is_active() {
    let of_base = |version: &str| Runtime::OfBase(Some(version.to_owned()));
    assert_eq!(python("FROM python:3.12-slim\n"), of_base("3.12"));
    assert_eq!(
        python("FROM ghcr.io/astral-sh/uv:python3.11-bookworm\n"),
        of_base("3.11")
    );
    assert_eq!(
        python("FROM python:3.12 AS a\nFROM a\nRUN npm run build\n"),
        of_base("3.12")
    );
    assert_eq!(python("FROM debian:12\n"), Runtime::Absent);
    assert!(matches!(
        python("FROM debian:12\nRUN apt-get install -y python3-pip\n"),
        Runtime::OfDistribution(_)
    ));
    assert_eq!(
        python("FROM debian:12\nRUN apt-get install -y $X\n"),
        Runtime::Unknown
    );
    assert_eq!(python("FROM somebody/image\n"), Runtime::Unknown);
    assert_eq!(
        python("FROM python:3.12\nRUN ./install-python.sh\n"),
        Runtime::Unknown
    );
    assert_eq!(
        python("FROM python:3.12\nRUN python -m venv /v\nENV PATH=/v/bin:$PATH\n"),
        Runtime::Environment("/v".to_owned())
    );
    assert_eq!(
        python("FROM python:3.13 AS b\nFROM python:3.12\nCOPY --from=b /usr/local /usr/local\n"),
        Runtime::Unknown
    );
}

#[test]
fn which_node_is_active() {
    let node = |dockerfile: &str| {
        let (project, _) = project(&[("Dockerfile", dockerfile)]);
        let image = &project.images.as_ref().unwrap().all[0];
        image
            .node_before(image.stages.len() - 1, usize::MAX)
            .clone()
    };
    assert_eq!(
        node("FROM node:20-alpine\n"),
        Runtime::OfBase(Some("20".to_owned()))
    );
    assert_eq!(node("FROM python:3.12\n"), Runtime::Absent);
    assert!(matches!(
        node("FROM python:3.12\nRUN apt-get install -y nodejs\n"),
        Runtime::OfDistribution(_)
    ));
    assert_eq!(
        node(
            "FROM node:20 AS n\nFROM python:3.12\nCOPY --from=n /usr/local/bin/node /usr/local/bin/node\n"
        ),
        Runtime::Unknown
    );
}
