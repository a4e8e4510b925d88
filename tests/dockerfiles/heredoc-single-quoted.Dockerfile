FROM alpine
RUN <<'EOF'
echo $A
EOF
USER x
