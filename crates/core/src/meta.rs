/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Hygiene: worth mending, breaks nothing by itself.
    Advice,
    /// Likely bites.
    Warning,
    /// Will break the deployment.
    Error,
}

impl Severity {
    /// The stable name used in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Advice, Self::Warning, Self::Error]
            .into_iter()
            .find(|severity| severity.name() == name)
    }
}

/// Which findings a user asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// Near-certain: breaks or bites.
    Default,
    /// Hygiene too.
    Strict,
}

impl Profile {
    /// The stable name used in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
        }
    }

    /// The profile of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Default, Self::Strict]
            .into_iter()
            .find(|profile| profile.name() == name)
    }
}

/// On what the claim of a rule rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// The real software was seen to fail with the rule's error on the page's bad examples.
    Reproduced,
    /// A vendor's own list.
    List,
    /// A vendor's document; nothing runs offline that could show it.
    Document,
}

impl Proof {
    /// The stable name used in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::List => "list",
            Self::Document => "document",
        }
    }
}

/// The families of rules: one folder of pages each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Family(pub &'static str);

/// A project fact that a rule may read; the engine builds only those that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Listing, git and branches.
    Repository,
    /// Python packages: build backend and what it needs.
    Packages,
    /// GitHub workflows.
    Workflows,
    /// Compose files.
    Composes,
    /// What the files of hosting platforms say: Fly, Render, Railway, Procfile.
    Hosts,
    /// What is deployed, with evidence.
    Units,
    /// Symbolic builds of Dockerfiles.
    Images,
    /// Python modules, their names and simple types.
    PythonModules,
    /// TypeScript and JavaScript modules.
    ScriptModules,
    /// Engines, sessions and what is called on them.
    Databases,
}

impl Fact {
    /// All facts in the one order in which they are built.
    pub const ALL: [Self; 10] = [
        Self::Repository,
        Self::Packages,
        Self::Workflows,
        Self::Composes,
        Self::Hosts,
        Self::Units,
        Self::Images,
        Self::PythonModules,
        Self::ScriptModules,
        Self::Databases,
    ];

    /// The name that a rule page's `reads` uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Packages => "packages",
            Self::Workflows => "workflows",
            Self::Composes => "composes",
            Self::Hosts => "hosts",
            Self::Units => "units",
            Self::Images => "images",
            Self::PythonModules => "python-modules",
            Self::ScriptModules => "script-modules",
            Self::Databases => "databases",
        }
    }
}

/// One way in which a rule's contract breaks, with its own severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseMeta {
    /// The case's id, unique within its rule.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// From which profile on it is reported.
    pub profile: Profile,
    /// When it applies, in one sentence.
    pub when: &'static str,
}

/// Where a fact that a rule rests on is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The document's title.
    pub title: &'static str,
    /// Its address.
    pub url: &'static str,
}

/// What a rule is: the front matter of its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleMeta {
    /// Kebab-case name of the defect, unique over all families.
    pub id: &'static str,
    /// The defect in one sentence.
    pub summary: &'static str,
    /// The family: its folder under `rules/`.
    pub family: Family,
    /// Its cases; empty only for a name that is reported as a notice.
    pub cases: &'static [CaseMeta],
    /// The project facts that its check reads.
    pub reads: &'static [Fact],
    /// The rules that win where both speak of one defect.
    pub yields_to: &'static [&'static str],
    /// Whether it offers a fix.
    pub fix: bool,
    /// On what its claim rests.
    pub proof: Proof,
    /// The version of preflint that brought it.
    pub since: &'static str,
    /// Where its facts are written down.
    pub sources: &'static [Source],
    /// The runtime error texts that it prevents.
    pub errors: &'static [&'static str],
    /// The page after its front matter.
    pub page: &'static str,
}

impl RuleMeta {
    /// The case of that id.
    #[must_use]
    pub fn case(&self, id: &str) -> Option<&'static CaseMeta> {
        self.cases.iter().find(|case| case.id == id)
    }

    /// The severity of the worst case, by which lists are sorted.
    #[must_use]
    pub fn worst(&self) -> Option<&'static CaseMeta> {
        self.cases.iter().max_by_key(|case| case.severity)
    }

    /// The address of the rule's page.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://preflint.github.io/preflint/rules/{}/", self.id)
    }
}
