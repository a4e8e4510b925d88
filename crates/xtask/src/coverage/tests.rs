use super::{catalogue, compare, registry, report};

const CATALOGUE: &str = r"# Rules

Sev: E, W, A.

## docker/ (model: Image)
| id | broken when | silent when | sev | from |
|---|---|---|---|---|
| `port-mismatch` | `EXPOSE` | a \| b | E D | |
| `loopback-bind` | | | E/W D | |
| `unknown-key` | | | W D (A for useless keys) | |
| `unpinned-image` (no tag, or `latest`; enough), `root-user` | | | A/W S | |
| `retired-model` | | | D | |
| `dropped` | | | W D | |

## env/ and secrets/ (model: Variables)
| id | broken when | sev |
|---|---|---|
| `env-file` | | W D |
| `moved` | | W D |

## preflint/ (meta)
`unused-suppression`, `unknown-rule-name` (both W D, `safe` fix).

## What else
`not-an-id`
";

/// Severity and profile.
type Case = (&'static str, &'static str);

fn rules(rules: &[(&str, &str, &[Case])]) -> Vec<u8> {
    let rules = rules.iter().map(|(id, family, cases)| {
        let cases = cases.iter().map(
            |(severity, profile)| serde_json::json!({"severity": severity, "profile": profile}),
        );
        serde_json::json!({"id": id, "family": family, "cases": cases.collect::<Vec<_>>()})
    });
    serde_json::to_vec(&serde_json::json!({"rules": rules.collect::<Vec<_>>()})).unwrap()
}

const E_D: Case = ("error", "default");
const W_D: Case = ("warning", "default");
const A_S: Case = ("advice", "strict");

#[test]
fn ids_and_severities_of_the_catalogue() {
    let sections = catalogue::sections(CATALOGUE);
    let rows: Vec<String> = sections
        .iter()
        .flat_map(|section| {
            section.rows.iter().map(|row| {
                let letters: String = row.letters.iter().collect();
                format!(
                    "{} {} {letters} {}",
                    section.families.join("+"),
                    row.id,
                    row.shared
                )
            })
        })
        .collect();
    assert_eq!(
        rows,
        [
            "docker port-mismatch DE false",
            "docker loopback-bind DEW false",
            "docker unknown-key ADW false",
            "docker unpinned-image ASW true",
            "docker root-user ASW true",
            "docker retired-model D false",
            "docker dropped DW false",
            "env+secrets env-file DW false",
            "env+secrets moved DW false",
            "preflint unused-suppression  false",
            "preflint unknown-rule-name  false",
        ]
    );
}

#[test]
fn what_is_missing_unlisted_and_different() {
    let json = rules(&[
        ("port-mismatch", "docker", &[E_D, A_S]),
        ("loopback-bind", "docker", &[E_D, W_D]),
        ("unknown-key", "docker", &[W_D]),
        ("root-user", "docker", &[A_S]),
        ("retired-model", "docker", &[E_D, W_D]),
        ("extra", "docker", &[E_D]),
        ("env-file", "secrets", &[W_D]),
        ("moved", "docker", &[W_D]),
        ("unused-suppression", "preflint", &[W_D]),
        ("unknown-rule-name", "preflint", &[]),
        ("first", "site", &[E_D]),
    ]);
    let lines = compare(&catalogue::sections(CATALOGUE), &registry(&json).unwrap());
    let expected = "\
family           catalogue  registered     missing    unlisted   differing
docker                   7           7           2           1           2
env, secrets             2           1           0           0           1
preflint                 2           2           0           0           0
site                     0           1           0           1           0
total                   11          11           2           2           3

docker: missing
  unpinned-image
  dropped

docker: not in the catalogue
  extra

docker: differing
  port-mismatch: catalogue E D, registry E/A D/S
  unknown-key: catalogue W/A D, registry W D

env, secrets: differing
  moved: registered in docker/

site: not in the catalogue
  first
";
    assert_eq!(report(&lines), expected);
}

#[test]
fn a_registry_that_is_none_is_an_error() {
    assert!(registry(b"{}").is_err());
    assert!(registry(b"{\"rules\": [{\"id\": \"a\"}]}").is_err());
    assert!(registry(b"").is_err());
}
