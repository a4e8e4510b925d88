use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::image::{Account, Accounts, BaseImage, Manager, Step};

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for stage in image.built_stages() {
            let own = &image.stages[stage];
            let later = own.steps.iter().skip(1).map(|step| &*step.accounts);
            for (step, after) in own.steps.iter().zip(later.chain([own.accounts_at_end()])) {
                for (account, holder) in clashes(step, after) {
                    let Some(command) = adding(cx, step, account) else {
                        continue;
                    };
                    let base = image.base_of(stage);
                    report(cx, base, account, holder, command);
                }
            }
        }
    }
}

/// The accounts that a step adds with an id that another account has by then.
fn clashes<'a>(step: &Step, after: &'a Accounts) -> Vec<(&'a Account, &'a Account)> {
    let before = &step.accounts;
    if !before.complete || !after.complete {
        return Vec::new();
    }
    let added = after.known.iter().enumerate();
    added
        .filter(|(_, account)| !before.known.contains(account))
        .filter_map(|(at, account)| {
            let holds = |other: &&Account| other.uid.is_some() && other.uid == account.uid;
            Some((account, after.known[..at].iter().find(holds)?))
        })
        .collect()
}

/// The command that certainly adds the account, with an id that is written there: one that comes
/// from a build argument may be another one.
fn adding<'a>(cx: &Context<'_>, step: &'a Step, account: &Account) -> Option<&'a Command> {
    let uid = account.uid?.to_string();
    step.commands().iter().find(|command| {
        let words: Vec<&str> = command.words.iter().flatten().map(String::as_str).collect();
        command.certain
            && tool(command).is_some()
            && words.contains(&account.name.as_str())
            && !words.iter().any(|word| shares_id(word))
            && cx.repository().slice(command.span).contains(&uid)
    })
}

/// `--non-unique` or `-o`, also among other letters (`-mou`).
fn shares_id(word: &str) -> bool {
    let letters = word.strip_prefix('-').unwrap_or("");
    word == "--non-unique" || (!letters.starts_with('-') && letters.contains('o'))
}

fn tool(command: &Command) -> Option<&'static str> {
    match command.words.first()?.as_deref()?.rsplit('/').next()? {
        "useradd" => Some("useradd"),
        "adduser" => Some("adduser"),
        _ => None,
    }
}

fn report(
    cx: &mut Context<'_>,
    base: Option<&BaseImage>,
    account: &Account,
    holder: &Account,
    command: &Command,
) {
    let (Some(uid), Some(tool), Some(base)) = (account.uid, tool(command), base) else {
        return;
    };
    let error = match (tool, base.manager) {
        ("useradd", _) if account.name == holder.name => {
            format!("useradd: user '{}' already exists", account.name)
        }
        // Debian's `adduser` lets an account be that is there already with the same name.
        (_, _) if account.name == holder.name => return,
        ("useradd", _) => format!("useradd: UID {uid} is not unique"),
        (_, Some(Manager::Apk)) => format!("adduser: uid '{uid}' in use"),
        _ => format!("The UID {uid} is already in use"),
    };
    let origin = if holder.from_base {
        format!(
            "`{}` comes with the user `{}` of that id",
            name(base),
            holder.name
        )
    } else {
        format!("the user `{}` was made with that id", holder.name)
    };
    let message = format!(
        "`{tool}` cannot give `{}` the id {uid}, since {origin}: \"{error}\"",
        account.name
    );
    let help = format!(
        "use the user `{}` that is there (`USER {}`), or remove it first with `userdel -r {}`",
        holder.name, holder.name, holder.name
    );
    let label = format!("{uid} is the id of `{}`", holder.name);
    cx.report("taken", &account.name, message, command.span, label)
        .help(help);
}

fn name(base: &BaseImage) -> String {
    let tag = base.tag.as_ref().map(|tag| format!(":{tag}"));
    format!("{}{}", base.name, tag.unwrap_or_default())
}
