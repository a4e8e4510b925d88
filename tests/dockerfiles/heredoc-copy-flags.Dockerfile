FROM alpine
COPY --chmod=755 --chown=1:2 <<EOF /a.sh
#!/bin/sh
EOF
USER x
