use super::{of_commands, of_service};
use crate::image::testing::project;
use crate::start::{By, Start};

/// `server address(by):port(by)`, `?` for what is not known; `-` for no server.
fn shown(start: Option<&Start>) -> String {
    let Some(start) = start else {
        return "?".to_owned();
    };
    let Some(server) = start.server else {
        return format!("- {}", start.command.program().unwrap_or("?"));
    };
    let by = |by: By| match by {
        By::Argument => "",
        By::Variable => "$",
        By::Fallback => ":-",
        By::Default => "*",
    };
    let Some(endpoint) = &start.endpoint else {
        return format!("{} ?", server.name());
    };
    let address = endpoint.address.as_ref();
    let address = address.map_or("?".to_owned(), |bound| {
        format!("{}{}", bound.value, by(bound.by))
    });
    let port = endpoint.port.as_ref();
    let port = port.map_or("?".to_owned(), |bound| {
        format!("{}{}", bound.value, by(bound.by))
    });
    format!("{} {address} {port}", server.name())
}

/// What an image of `python:3.12-slim` with these last lines starts.
fn image(lines: &str, files: &[(&str, &str)]) -> String {
    let dockerfile = format!("FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n{lines}\n");
    let mut all = vec![("Dockerfile", &*dockerfile), ("main.py", "app = 1\n")];
    all.extend_from_slice(files);
    let (project, _) = project(&all);
    let images = project.images.expect("images are built");
    shown(images.all[0].start.as_ref())
}

#[test]
fn servers_by_their_options() {
    for (command, expected) in [
        (
            r#"["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]"#,
            "uvicorn 0.0.0.0 8000",
        ),
        (r#"["uvicorn", "main:app"]"#, "uvicorn 127.0.0.1* 8000*"),
        (
            "uvicorn main:app --host=0.0.0.0 --port=80",
            "uvicorn 0.0.0.0 80",
        ),
        (
            "exec uv run --no-sync uvicorn main:app --port 1",
            "uvicorn 127.0.0.1* 1",
        ),
        ("python -m uvicorn main:app", "uvicorn 127.0.0.1* 8000*"),
        ("uvicorn main:app --uds /run/app.sock", "uvicorn ?"),
        (
            "uvicorn main:app --host 0.0.0.0 --port $PORT",
            "uvicorn 0.0.0.0 ?",
        ),
        (
            "uvicorn main:app --host 0.0.0.0 --port ${PORT:-9000}",
            "uvicorn 0.0.0.0 9000:-",
        ),
        (
            r#"["sh", "-c", "uvicorn main:app --port 7860"]"#,
            "uvicorn 127.0.0.1* 7860",
        ),
        ("gunicorn -b 0.0.0.0:5000 main:app", "gunicorn 0.0.0.0 5000"),
        ("gunicorn -b :5000 main:app", "gunicorn 0.0.0.0 5000"),
        ("gunicorn -b :5000 -b :6000 main:app", "gunicorn ? ?"),
        ("gunicorn main:app -c conf.py", "gunicorn ?"),
        ("gunicorn main:app", "gunicorn 127.0.0.1* 8000*"),
        (
            "hypercorn main:app --bind 0.0.0.0:1234",
            "hypercorn 0.0.0.0 1234",
        ),
        ("fastapi run main.py", "fastapi 0.0.0.0* 8000*"),
        ("fastapi dev main.py --port 81", "fastapi 127.0.0.1* 81"),
        ("flask run -h 0.0.0.0 -p5001", "flask 0.0.0.0 5001"),
        (
            "streamlit run main.py --server.port=8501",
            "streamlit 0.0.0.0* 8501",
        ),
        (
            "python manage.py runserver 0.0.0.0:8000",
            "manage.py 0.0.0.0 8000",
        ),
        ("python -m http.server 9000", "http.server 0.0.0.0* 9000"),
        (
            "alembic upgrade head && uvicorn main:app --port 2",
            "uvicorn 127.0.0.1* 2",
        ),
        ("nginx & uvicorn main:app --port 2", "?"),
        ("python main.py", "- python"),
    ] {
        assert_eq!(image(&format!("CMD {command}"), &[]), expected, "{command}");
    }
}

#[test]
fn variables_of_the_image() {
    let set = "ENV PORT=9000\nCMD uvicorn main:app --host 0.0.0.0 --port $PORT";
    assert_eq!(image(set, &[]), "uvicorn 0.0.0.0 9000$");
    let argument = "ARG PORT=9000\nCMD uvicorn main:app --host 0.0.0.0 --port $PORT";
    assert_eq!(image(argument, &[]), "uvicorn 0.0.0.0 ?");
    let own = "ENV UVICORN_PORT=9000 UVICORN_HOST=0.0.0.0\nCMD uvicorn main:app";
    assert_eq!(image(own, &[]), "uvicorn 0.0.0.0$ 9000$");
    let gunicorn = "ENV PORT=9000\nCMD gunicorn main:app";
    assert_eq!(image(gunicorn, &[]), "gunicorn 0.0.0.0$ 9000$");
    let added = "ENV GUNICORN_CMD_ARGS=--bind=:1\nCMD gunicorn main:app";
    assert_eq!(image(added, &[]), "gunicorn ?");
}

#[test]
fn files_that_decide() {
    let files = [("gunicorn.conf.py", "bind = ':1'\n")];
    assert_eq!(image("CMD gunicorn main:app", &files), "gunicorn ? ?");
    let files = [(".streamlit/config.toml", "")];
    let command = "CMD streamlit run main.py";
    assert_eq!(image(command, &files), "streamlit ? ?");
}

#[test]
fn a_variable_may_hold_several_words() {
    let options = "ENV OPTIONS=\"--host 0.0.0.0 --port 9000\"\n";
    let command = |text: &str| image(&format!("{options}CMD {text}"), &[]);
    assert_eq!(
        command("uvicorn main:app $OPTIONS"),
        "uvicorn 0.0.0.0$ 9000$"
    );
    let shell = r#"["sh", "-c", "exec uvicorn main:app --reload $OPTIONS"]"#;
    assert_eq!(command(shell), "uvicorn 0.0.0.0$ 9000$");
    let script = |text: &str| image(r#"CMD ["./run.sh"]"#, &[("run.sh", text)]);
    let added = "OPTIONS=\"--port 9000\"\n[ -n \"$X\" ] && OPTIONS=\"$OPTIONS --reload\"\nuvicorn a:b $OPTIONS\n";
    assert_eq!(script(added), "uvicorn ?");
    let list = "#!/bin/bash\nOPTIONS=(--port 9000)\nuvicorn a:b --reload \"${OPTIONS[@]}\"\n";
    assert_eq!(script(list), "uvicorn ?");
}

#[test]
fn what_a_script_sets_reaches_the_server_if_it_is_exported() {
    let script = |text: &str| image(r#"CMD ["./run.sh"]"#, &[("run.sh", text), ("own.env", "")]);
    let server = "exec uvicorn a:b\n";
    let with = |text: &str| script(&format!("{text}\n{server}"));
    assert_eq!(with("export UVICORN_PORT=9000"), "uvicorn 127.0.0.1* 9000$");
    assert_eq!(with("UVICORN_PORT=9000"), "uvicorn 127.0.0.1* 8000*");
    assert_eq!(
        with("UVICORN_PORT=9000\nexport UVICORN_PORT"),
        "uvicorn 127.0.0.1* 9000$"
    );
    assert_eq!(
        with("set -a\nUVICORN_PORT=9000\nset +a"),
        "uvicorn 127.0.0.1* 9000$"
    );
    assert_eq!(with("set -a; . ./own.env; set +a"), "uvicorn ? ?");
    assert_eq!(
        with("export $(grep -v '^#' own.env | xargs)"),
        "uvicorn ? ?"
    );
    assert_eq!(
        with("[ -n \"$X\" ] && export UVICORN_PORT=9000"),
        "uvicorn 127.0.0.1* ?"
    );
    assert_eq!(with("load() { . ./own.env; }\nload"), "uvicorn ? ?");
    assert_eq!(
        with("log() { echo \"$1\"; }\nlog on"),
        "uvicorn 127.0.0.1* 8000*"
    );
    assert_eq!(with(". /opt/venv/bin/activate"), "uvicorn 127.0.0.1* 8000*");
}

#[test]
fn an_entry_point_hands_on_what_it_sets() {
    let lines = |script: &str, command: &str| {
        let lines = format!("ENTRYPOINT [\"./run.sh\"]\nCMD {command}");
        image(&lines, &[("run.sh", script)])
    };
    let exec = r#"["uvicorn", "a:b"]"#;
    let exports = "export UVICORN_HOST=0.0.0.0\nexec \"$@\"\n";
    assert_eq!(lines(exports, exec), "uvicorn 0.0.0.0$ 8000*");
    assert_eq!(lines("set -- \"$@\" --port 9\nexec \"$@\"\n", exec), "?");
    assert_eq!(lines("shift\nexec uvicorn a:b \"$@\"\n", exec), "uvicorn ?");
    let port = "uvicorn a:b --port ${PORT:-8000}";
    assert_eq!(
        lines("export PORT=9\nexec \"$@\"\n", port),
        "uvicorn 127.0.0.1* ?"
    );
    assert_eq!(lines("exec \"$@\"\n", port), "uvicorn 127.0.0.1* 8000:-");
}

#[test]
fn scripts_and_entry_points() {
    let start = "#!/bin/sh\nset -e\nalembic upgrade head\nexec uvicorn main:app --port 8080\n";
    let files = [("start.sh", start)];
    assert_eq!(
        image(r#"CMD ["./start.sh"]"#, &files),
        "uvicorn 127.0.0.1* 8080"
    );
    assert_eq!(
        image("CMD sh /app/start.sh", &files),
        "uvicorn 127.0.0.1* 8080"
    );
    let passes = [(
        "entrypoint.sh",
        "#!/bin/sh\nalembic upgrade head\nexec \"$@\"\n",
    )];
    let lines =
        "ENTRYPOINT [\"/app/entrypoint.sh\"]\nCMD [\"uvicorn\", \"main:app\", \"--port\", \"5\"]";
    assert_eq!(image(lines, &passes), "uvicorn 127.0.0.1* 5");
    let lines = "ENTRYPOINT [\"uvicorn\", \"main:app\"]\nCMD [\"--port\", \"6\"]";
    assert_eq!(image(lines, &[]), "uvicorn 127.0.0.1* 6");
    let maybe = [(
        "start.sh",
        "if [ -n \"$X\" ]; then\n  uvicorn main:app\nelse\n  python main.py\nfi\n",
    )];
    assert_eq!(image(r#"CMD ["./start.sh"]"#, &maybe), "?");
    let written = "RUN echo 'uvicorn main:app' > /app/start.sh\nCMD [\"sh\", \"start.sh\"]";
    assert_eq!(image(written, &[]), "uvicorn 127.0.0.1* 8000*");
    let escaped = r#"RUN echo '#!/bin/bash\nset -e\nexec uvicorn main:app --port 3' > /app/start.sh && chmod +x start.sh
CMD ["/app/start.sh"]"#;
    assert_eq!(image(escaped, &[]), "uvicorn 127.0.0.1* 3");
    let heredoc = "COPY <<'EOF' /start.sh\nexec uvicorn main:app --port $PORT\nEOF\nENV PORT=4\nCMD sh /start.sh";
    assert_eq!(image(heredoc, &[]), "uvicorn 127.0.0.1* 4$");
    let added = "RUN echo 'cd /app' > /start.sh\nRUN echo 'uvicorn main:app --port 5' >> /start.sh\nCMD sh /start.sh";
    assert_eq!(image(added, &[]), "uvicorn 127.0.0.1* 5");
    let other = "RUN ./make.py > /start.sh\nCMD sh /start.sh";
    assert_eq!(image(other, &[]), "?");
    let package = [(
        "package.json",
        r#"{"scripts": {"start": "next start -p 3001"}}"#,
    )];
    assert_eq!(image("CMD npm start", &package), "next 0.0.0.0* 3001");
    let site = [(
        "package.json",
        r#"{"scripts": {"serve": "docusaurus serve"}}"#,
    )];
    let with = |command: &str| image(&format!("CMD {command}"), &site);
    let all = "docusaurus 0.0.0.0 3000*";
    assert_eq!(with("npm run serve -- --host 0.0.0.0"), all);
    assert_eq!(with("yarn run serve --host 0.0.0.0"), all);
    assert_eq!(with("npm run serve"), "docusaurus localhost* 3000*");
    assert_eq!(with("npm run serve --host 0.0.0.0"), "?");
    assert_eq!(with("yarn serve --host 0.0.0.0"), all);
    assert_eq!(with("pnpm serve"), "docusaurus localhost* 3000*");
    assert_eq!(with("pnpm install"), "- pnpm");
    assert_eq!(with("yarn next start"), "- yarn");
}

#[test]
fn compose_changes_the_start() {
    let compose = "services:\n  a:\n    build: .\n    command: uvicorn main:app --host 0.0.0.0 --port 9\n  b:\n    build: .\n    environment: {PORT: '7'}\n  c:\n    build: .\n    env_file: .env\n  d:\n    build: .\n    command: uvicorn main:app --port ${PORT}\n";
    let dockerfile = "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nENV PORT=8\nCMD uvicorn main:app --host 0.0.0.0 --port $PORT\n";
    let (project, memo) = project(&[
        ("Dockerfile", dockerfile),
        ("compose.yaml", compose),
        ("main.py", ""),
    ]);
    let images = project.images.as_ref().expect("images are built");
    let composes = project.composes.as_ref().expect("compose files are read");
    let starts: Vec<String> = composes
        .services()
        .map(|(_, service)| {
            shown(of_service(project.repository(), &memo, &images.all[0], service).as_ref())
        })
        .collect();
    assert_eq!(
        starts,
        [
            "uvicorn 0.0.0.0 9",
            "uvicorn 0.0.0.0 7$",
            "uvicorn 0.0.0.0 ?",
            "?"
        ]
    );
}

#[test]
fn mounts_may_bring_the_file_that_decides() {
    let start = |mount: &str| {
        let compose = format!("services:\n  a:\n    build: .\n    volumes: ['{mount}']\n");
        let dockerfile =
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY main.py .\nCMD streamlit run main.py\n";
        let (project, _) = project(&[
            ("Dockerfile", dockerfile),
            ("compose.yaml", &compose),
            ("main.py", ""),
            ("site/.streamlit/config.toml", ""),
        ]);
        let images = project.images.as_ref().expect("images are built");
        shown(images.runs[0].start.as_ref())
    };
    let known = "streamlit 0.0.0.0* 8501*";
    assert_eq!(start("./data:/app/data"), known);
    assert_eq!(start(".:/app"), known);
    assert_eq!(start("./site:/app"), "streamlit ? ?");
    assert_eq!(start("settings:/app/.streamlit"), "streamlit ? ?");
    let one = "./c.toml:/app/.streamlit/config.toml:ro";
    assert_eq!(start(one), "streamlit ? ?");
}

#[test]
fn who_may_use_a_script_changes_nothing_in_it() {
    let serve =
        "#!/bin/sh\nuntil nc -z db 5432; do sleep 1; done\nexec uvicorn main:app --port 1\n";
    let lines = "RUN chmod +x /app/run.sh\nCMD [\"/app/run.sh\"]";
    let start = image(lines, &[("run.sh", serve)]);
    assert_eq!(start, "uvicorn 127.0.0.1* 1");
    let drops = "#!/bin/sh\ndrop() {\n  exec gosu app \"$0\"\n}\ndrop\nexec uvicorn main:app\n";
    assert_eq!(image(lines, &[("run.sh", drops)]), "?");
}

#[test]
fn nexts_standalone_server() {
    let start = |copy: &str, env: &str| {
        let dockerfile = format!(
            "FROM node:22-slim AS build\nWORKDIR /app\nCOPY . .\nRUN npm run build\nFROM node:22-slim\nWORKDIR /app\n{env}{copy}CMD [\"node\", \"server.js\"]\n"
        );
        let (project, _) = project(&[("Dockerfile", &dockerfile), ("package.json", "{}")]);
        let images = project.images.as_ref().expect("images are built");
        shown(images.all[0].start.as_ref())
    };
    let copy = "COPY --from=build /app/.next/standalone ./\n";
    assert_eq!(start(copy, ""), "next 0.0.0.0* 3000*");
    assert_eq!(start(copy, "ENV PORT=7860\n"), "next 0.0.0.0* 7860$");
    assert_eq!(start("COPY --from=build /app/dist ./\n", ""), "- node");
    let elsewhere = "COPY --from=build /app/.next/standalone /web\n";
    assert_eq!(start(elsewhere, ""), "- node");
}

#[test]
fn options_in_one_word_or_short() {
    for (command, expected) in [
        ("gunicorn -w2 -b:9000 main:app", "gunicorn 0.0.0.0 9000"),
        ("gunicorn -b[::]:9000 main:app", "gunicorn [::] 9000"),
        ("gunicorn -blocalhost:9000 main:app", "gunicorn ? ?"),
        ("gunicorn -cconf.py main:app", "gunicorn ?"),
        ("gunicorn --conf conf.py main:app", "gunicorn ?"),
        ("gunicorn --bin 0.0.0.0:1 main:app", "gunicorn ?"),
        ("hypercorn --conf h.toml main:app", "hypercorn ?"),
        ("flask run -h:: -p9000", "flask :: 9000"),
        ("npx vite preview --port 8080", "vite localhost* 8080"),
        ("npx vite preview --host 0.0.0.0 web", "vite ? ?"),
    ] {
        assert_eq!(image(&format!("CMD {command}"), &[]), expected, "{command}");
    }
}

#[test]
fn compose_sets_the_folder() {
    let start = |folder: &str| {
        let compose = format!("services:\n  a:\n    build: .\n{folder}");
        let dockerfile = "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD gunicorn main:app\n";
        let (project, _) = project(&[
            ("Dockerfile", dockerfile),
            ("compose.yaml", &compose),
            ("web/gunicorn.conf.py", ""),
        ]);
        let images = project.images.as_ref().expect("images are built");
        shown(images.runs[0].start.as_ref())
    };
    assert_eq!(start(""), "gunicorn 127.0.0.1* 8000*");
    assert_eq!(start("    working_dir: /app/web\n"), "gunicorn ? ?");
    assert_eq!(start("    working_dir: ${X}\n"), "gunicorn ? ?");
    assert_eq!(start("    volumes_from: [conf]\n"), "gunicorn ? ?");
    assert_eq!(start("    post_start: [{command: ./x}]\n"), "?");
}

#[test]
fn platforms_start_commands() {
    let procfile =
        "release: alembic upgrade head\nweb: uvicorn main:app --host 0.0.0.0 --port $PORT\n";
    let (project, memo) = project(&[("Procfile", procfile), ("main.py", "")]);
    let hosts = project.hosts.as_ref().expect("platform files are read");
    let shown: Vec<String> = hosts
        .all
        .iter()
        .map(|service| {
            shown(of_commands(project.repository(), &memo, Some(""), &service.start).as_ref())
        })
        .collect();
    assert_eq!(shown, ["- alembic", "uvicorn 0.0.0.0 ?"]);
}

#[test]
fn ports_that_compose_publishes() {
    let compose = "services:\n  a:\n    image: x\n    ports: ['8000', '127.0.0.1:81:80/tcp', '${PORT:-8000}:7860', {target: 90, published: '9'}]\n  b:\n    image: x\n    ports: ['80:${PORT:-80}', '3000-3005:3000-3005', '1:1']\n";
    let (project, _) = project(&[("compose.yaml", compose)]);
    let composes = project.composes.as_ref().expect("compose files are read");
    let read: Vec<String> = composes
        .services()
        .map(|(_, service)| {
            let ports = service.ports.iter();
            let ports = ports.map(|port| (port.host, port.container));
            format!("{:?} {}", ports.collect::<Vec<_>>(), service.all_ports)
        })
        .collect();
    assert_eq!(
        read,
        [
            "[(None, 8000), (Some(81), 80), (None, 7860), (Some(9), 90)] true",
            "[(Some(1), 1)] false"
        ]
    );
}

#[test]
fn tools_that_an_earlier_stage_lacks() {
    let has = |first: &str| {
        let dockerfile = format!(
            "FROM python:3.12-slim AS build\n{first}\nFROM python:3.12-slim\nCOPY --from=build /usr/local/bin /usr/local/bin\nCMD python main.py\n"
        );
        let (project, _) = project(&[("Dockerfile", &dockerfile), ("main.py", "")]);
        let images = project.images.as_ref().expect("images are built");
        images.all[0].has_tool(project.repository(), "curl")
    };
    assert_eq!(has("RUN pip install flask"), Some(false));
    assert_eq!(has("RUN apt-get update && apt-get install -y curl"), None);
    assert_eq!(has("RUN ./install.sh"), None);
}
