FROM alpine
COPY <<"EOF" /a
$A
EOF
USER x
