FROM alpine
RUN <<EOF


echo

\

EOF

USER x
