FROM alpine
RUN <<EOF
cat <<EOT > /a
x
EOT
EOF
USER x
