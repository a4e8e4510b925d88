ARG A
FROM ${A:-python}:${B:+x}
FROM "a:1" AS b
