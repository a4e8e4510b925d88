# escape=`
FROM a
RUN <<EOF
x `
y
EOF
USER x
