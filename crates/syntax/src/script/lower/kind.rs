use std::sync::OnceLock;

use tree_sitter::Language;

use super::super::Dialect;

/// What the walk does with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Says nothing at run time: only comments and errors within it are noted.
    Skip,
    /// Read from the text when its parent is built.
    Leaf,
    /// Built from its children; adds no level of nesting.
    Build,
    /// Built from its children; a level of nesting.
    Nest,
}

macro_rules! kinds {
    ($($role:ident { $($variant:ident $name:literal)* })*) => {
        /// The kinds of grammar node that are lowered; every other one is [`Kind::Other`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Kind {
            $($($variant,)*)*
            /// A keyword or sign that says something; its text tells which.
            Token,
            /// A node that the grammar did not understand.
            Error,
            /// A comment.
            Comment,
            /// Types, punctuation.
            Other,
        }

        impl Kind {
            fn of_name(name: &str) -> Self {
                match name {
                    $($($name => Self::$variant,)*)*
                    "comment" | "html_comment" => Self::Comment,
                    _ => Self::Other,
                }
            }

            pub(super) fn role(self) -> Role {
                match self {
                    $($(Self::$variant => Role::$role,)*)*
                    Self::Token => Role::Leaf,
                    Self::Error | Self::Comment | Self::Other => Role::Skip,
                }
            }
        }
    };
}

kinds! {
    Leaf {
        Ambient "ambient_declaration"
        Break "break_statement"
        Continue "continue_statement"
        Debugger "debugger_statement"
        EmptyStatement "empty_statement"
        False "false"
        HtmlReference "html_character_reference"
        Identifier "identifier"
        ImportKeyword "import"
        Interface "interface_declaration"
        JsxNamespaceName "jsx_namespace_name"
        JsxText "jsx_text"
        MetaProperty "meta_property"
        Null "null"
        Number "number"
        OptionalChain "optional_chain"
        PrivateIdentifier "private_property_identifier"
        PropertyIdentifier "property_identifier"
        Regex "regex"
        ShorthandPattern "shorthand_property_identifier_pattern"
        ShorthandProperty "shorthand_property_identifier"
        String "string"
        Super "super"
        This "this"
        True "true"
        TypeAlias "type_alias_declaration"
        TypeIdentifier "type_identifier"
        Undefined "undefined"
        With "with_statement"
    }
    Build {
        Arguments "arguments"
        CatchClause "catch_clause"
        ClassBody "class_body"
        ClassHeritage "class_heritage"
        ComputedName "computed_property_name"
        Decorator "decorator"
        ElseClause "else_clause"
        EnumAssignment "enum_assignment"
        EnumBody "enum_body"
        ExportClause "export_clause"
        ExportSpecifier "export_specifier"
        ExtendsClause "extends_clause"
        FinallyClause "finally_clause"
        FormalParameters "formal_parameters"
        ImportClause "import_clause"
        ImportRequireClause "import_require_clause"
        ImportSpecifier "import_specifier"
        Instantiation "instantiation_expression"
        As "as_expression"
        JsxAttribute "jsx_attribute"
        JsxExpression "jsx_expression"
        JsxOpeningElement "jsx_opening_element"
        MethodDefinition "method_definition"
        MethodSignature "method_signature"
        AbstractMethodSignature "abstract_method_signature"
        NamedImports "named_imports"
        NamespaceExport "namespace_export"
        NamespaceImport "namespace_import"
        NonNull "non_null_expression"
        ObjectAssignmentPattern "object_assignment_pattern"
        OptionalParameter "optional_parameter"
        Pair "pair"
        PairPattern "pair_pattern"
        Parenthesized "parenthesized_expression"
        Program "program"
        PublicField "public_field_definition"
        RequiredParameter "required_parameter"
        Satisfies "satisfies_expression"
        Spread "spread_element"
        StaticBlock "class_static_block"
        SwitchBody "switch_body"
        SwitchCase "switch_case"
        SwitchDefault "switch_default"
        TemplateSubstitution "template_substitution"
        TypeAssertion "type_assertion"
        VariableDeclarator "variable_declarator"
    }
    Nest {
        AbstractClass "abstract_class_declaration"
        Array "array"
        ArrayPattern "array_pattern"
        Arrow "arrow_function"
        Assignment "assignment_expression"
        AssignmentPattern "assignment_pattern"
        AugmentedAssignment "augmented_assignment_expression"
        Await "await_expression"
        Binary "binary_expression"
        Call "call_expression"
        Class "class"
        ClassDeclaration "class_declaration"
        Do "do_statement"
        Enum "enum_declaration"
        Export "export_statement"
        ExpressionStatement "expression_statement"
        For "for_statement"
        ForIn "for_in_statement"
        FunctionDeclaration "function_declaration"
        FunctionExpression "function_expression"
        FunctionSignature "function_signature"
        Generator "generator_function"
        GeneratorDeclaration "generator_function_declaration"
        If "if_statement"
        ImportAlias "import_alias"
        Import "import_statement"
        InternalModule "internal_module"
        JsxElement "jsx_element"
        JsxSelfClosing "jsx_self_closing_element"
        Labeled "labeled_statement"
        Lexical "lexical_declaration"
        Member "member_expression"
        Module "module"
        NestedIdentifier "nested_identifier"
        New "new_expression"
        Object "object"
        ObjectPattern "object_pattern"
        RestPattern "rest_pattern"
        Return "return_statement"
        Sequence "sequence_expression"
        StatementBlock "statement_block"
        Subscript "subscript_expression"
        Switch "switch_statement"
        Template "template_string"
        Ternary "ternary_expression"
        Throw "throw_statement"
        Try "try_statement"
        Unary "unary_expression"
        Update "update_expression"
        Variable "variable_declaration"
        While "while_statement"
        Yield "yield_expression"
    }
}

impl Kind {
    /// Whether it is a statement.
    pub(super) fn is_statement(self) -> bool {
        matches!(
            self,
            Self::AbstractClass
                | Self::Ambient
                | Self::Break
                | Self::ClassDeclaration
                | Self::Continue
                | Self::Debugger
                | Self::Do
                | Self::EmptyStatement
                | Self::Enum
                | Self::Export
                | Self::ExpressionStatement
                | Self::For
                | Self::ForIn
                | Self::FunctionDeclaration
                | Self::FunctionSignature
                | Self::GeneratorDeclaration
                | Self::If
                | Self::Import
                | Self::ImportAlias
                | Self::Interface
                | Self::InternalModule
                | Self::Labeled
                | Self::Lexical
                | Self::Module
                | Self::Return
                | Self::StatementBlock
                | Self::Switch
                | Self::Throw
                | Self::Try
                | Self::TypeAlias
                | Self::Variable
                | Self::While
                | Self::With
        )
    }

    /// Whether a node of kind `child` that an error swallowed can still stand in a node of this
    /// kind.
    pub(super) fn keeps_from_error(self, child: Self) -> bool {
        match self {
            Self::Program | Self::StatementBlock | Self::SwitchCase | Self::SwitchDefault => {
                child.is_statement()
            }
            Self::ClassBody => matches!(
                child,
                Self::MethodDefinition | Self::PublicField | Self::StaticBlock
            ),
            Self::JsxElement => matches!(
                child,
                Self::JsxElement | Self::JsxSelfClosing | Self::JsxExpression | Self::JsxText
            ),
            _ => false,
        }
    }
}

macro_rules! fields {
    ($($variant:ident $name:literal)*) => {
        /// The grammar's fields that are asked for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Field {
            $($variant,)*
            /// A field that holds a type.
            Type,
            /// Another field.
            Other,
            /// None at all.
            None,
        }

        impl Field {
            fn of_name(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    "type" | "return_type" | "type_arguments" | "type_parameters" => Self::Type,
                    _ => Self::Other,
                }
            }
        }
    };
}

fields! {
    Alias "alias"
    Alternative "alternative"
    Argument "argument"
    Arguments "arguments"
    Attribute "attribute"
    Body "body"
    CloseTag "close_tag"
    Condition "condition"
    Consequence "consequence"
    Constructor "constructor"
    Declaration "declaration"
    Decorator "decorator"
    Finalizer "finalizer"
    Function "function"
    Handler "handler"
    Increment "increment"
    Index "index"
    Initializer "initializer"
    Key "key"
    DeclarationKind "kind"
    Label "label"
    Left "left"
    Name "name"
    Object "object"
    OpenTag "open_tag"
    Operator "operator"
    Parameter "parameter"
    Parameters "parameters"
    Pattern "pattern"
    Property "property"
    Right "right"
    Source "source"
    Value "value"
}

/// The kinds and fields of one grammar by their numbers.
pub(super) struct Table {
    kinds: Vec<Kind>,
    fields: Vec<Field>,
}

impl Table {
    /// The table of that dialect's grammar.
    pub(super) fn of(dialect: Dialect) -> &'static Self {
        static TABLES: [OnceLock<Table>; 2] = [OnceLock::new(), OnceLock::new()];
        let [typescript, tsx] = &TABLES;
        let slot = match dialect {
            Dialect::TypeScript => typescript,
            Dialect::Tsx => tsx,
        };
        slot.get_or_init(|| Self::new(&language(dialect)))
    }

    fn new(language: &Language) -> Self {
        let ids = 0..u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
        let kinds = ids.map(|id| {
            let name = language.node_kind_for_id(id).unwrap_or("");
            if language.node_kind_is_named(id) {
                Kind::of_name(name)
            } else if TOKENS.contains(&name) {
                Kind::Token
            } else {
                Kind::Other
            }
        });
        let fields = 0..=u16::try_from(language.field_count()).unwrap_or(u16::MAX);
        let fields = fields.map(|id| Field::of_name(language.field_name_for_id(id).unwrap_or("")));
        Self {
            kinds: kinds.collect(),
            fields: fields.collect(),
        }
    }

    pub(super) fn kind(&self, node: tree_sitter::Node<'_>) -> Kind {
        if node.is_error() {
            return Kind::Error;
        }
        let id = usize::from(node.kind_id());
        self.kinds.get(id).copied().unwrap_or(Kind::Other)
    }

    pub(super) fn field(&self, id: Option<std::num::NonZeroU16>) -> Field {
        id.map_or(Field::None, |id| {
            let id = usize::from(id.get());
            self.fields.get(id).copied().unwrap_or(Field::Other)
        })
    }
}

/// The signs and keywords without a field that tell constructs apart.
const TOKENS: &[&str] = &[
    "*", ",", "=", "?.", "as", "async", "default", "get", "set", "static", "type", "typeof",
    "using",
];

/// The grammar of a dialect.
pub(super) fn language(dialect: Dialect) -> Language {
    match dialect {
        Dialect::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Dialect::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
    }
}
